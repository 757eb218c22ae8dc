"""The clauses of made_sentences.py: what people and things do or don't do, and the frames that say it.

In: nothing. Out: tables. Filling frames is left to made_sentences.py. In a frame, {s} is who or what does something,
such as "the porter", {kind} its noun and {kinds} the plural; {d} is a verb phrase such as "keep the promise", {ds},
{dd}, {dn} and {ding} its forms, {d3} the third person singular, {d2}, {ds2} and {dd2} another one of the same side,
{od} and {odd} one of the other side; {has}, {hasnt}, {doesnt}, {was}, {wasnt}, {they} and {them} agree with {s}. {e} is
an adjective of the same side and {te} one of the other side. {c} is a clause of the side, which may be negated, and
{oc} one of the other side; {v} is a verdict. {new} is what is reviewed and {old} what it is compared with. {need} is
something that one wants there to be. The other fields are those of made_words.py.
"""

from __future__ import annotations

# Who does it: verb phrases of praise, of blame, and of neither. A phrase starts with its verb.
PEOPLE = {
    "driver/courier/chauffeur/porter/mover/skipper": (
        """help me with my suitcases/handle our boxes with care/take the shortest road/return my lost wallet/
        phone before coming/carry everything upstairs/follow the directions/slow down at the crossing/
        stick to the agreed price/watch over the luggage/lift the pram/get us there in one piece/pull over when asked/
        obey the speed limit/hold the door for my mother""",
        """shout at the cyclists/run the red lights/smoke all the way/throw the boxes over the fence/
        demand extra money/leave us in the rain/scratch our bumper/ignore the signs/text during the trip/
        lose two of our bags/curse at the passengers/take the wrong exit""",
        """wear a cap/come from the north/work on Sundays/use a map/drink coffee/listen to the radio/cross the bridge/
        sign a form/stop for petrol""",
    ),
    "handyman/decorator/electrician/carpenter/roofer/mechanic/locksmith/tiler": (
        """fix the leak/clean up afterwards/explain the bill/find the fault/finish the job/turn up when agreed/
        stay within the budget/bring the right tools/measure everything twice/solve the problem/repair the gate/
        honour the guarantee/protect the carpet/return the spare key/quote a fair price""",
        """flood the kitchen/leave dust everywhere/charge me twice/damage the new floor/cut the wrong wire/
        make things worse/skip the last step/swear at my neighbours/drill into a pipe/vanish halfway through/
        crack the tiles/overcharge my parents""",
        """use a ladder/park in the yard/arrive by van/own a dog/take measurements/order a part/live upstairs/
        wear overalls""",
    ),
    "therapist/midwife/paramedic/pharmacist/optician/orthodontist/cardiologist/carer": (
        """listen to my questions/take the pain away/calm my daughter/warn me about the side effects/
        remember my name/take me seriously/spot the infection/check on us at night/hold my hand/take enough time/
        treat everyone with respect/reassure my wife/find the cause/adjust the dose/knock before entering""",
        """laugh at my question/hurt my arm/mix up the files/rush through the visit/forget my allergy/
        keep me waiting for hours/talk down to us/give me the wrong pills/lose my results/scare the children/
        shrug at my worries/misread the scan""",
        """write something down/work in the left wing/wear blue/speak to the next person/start at noon/use a tablet/
        retire in spring/read the chart""",
    ),
    "clerk/agent/lawyer/accountant/notary/adviser/manager/secretary/banker": (
        """reply to my emails/return my calls/keep the appointment/sort out the paperwork/refund the deposit/
        give us honest advice/explain the contract/keep us informed/meet the deadline/save us a lot of money/
        stand by the agreement/own up to the error/send the documents/stay calm/put our minds at rest/
        read the whole file""",
        """hang up on me/blame us for the delay/hide the fees/lose the form/break the agreement/send me away/
        raise the rent/spread lies about us/ask for a bribe/give away my number/cancel at the last minute/
        talk over me/misspell my name""",
        """sit by the window/work from home/move to another floor/sign the letter/take notes/attend the meeting/
        speak Spanish/eat at noon/commute by tram""",
    ),
    "host/chef/receptionist/barista/bartender/cook/butler/caterer": (
        """smile at us/refill our glasses/recommend a lovely wine/bring what we ordered/find us a quiet table/
        make us feel at home/apologise for the wait/respect my allergy/look after our coats/serve us quickly/
        remember our order/change the sheets/split the bill for us/wash the lettuce/offer us a seat""",
        """spill soup on my dress/bring the wrong plates/overcook the fish/add items to the bill/
        argue with the guests/burn the onions/ignore us for an hour/wake us at dawn/leave hair in the sink/
        sigh at every request/serve the dessert frozen""",
        """stand near the bar/wear an apron/work the late shift/light the candles/fold napkins/start in May/
        peel potatoes/count the forks""",
    ),
    "coach/tutor/trainer/lecturer/instructor/mentor/examiner": (
        """answer every question/correct our essays/encourage the beginners/explain the rules clearly/
        master the subject/notice our progress/bring out the best in us/make maths fun/prepare the lessons/
        give useful feedback/treat the pupils fairly/motivate the class/reward hard work/admit mistakes""",
        """mock the slow ones/read from the slides/bully the new boy/lose control of the class/pick favourites/
        come unprepared/bore the whole class/punish us for nothing/ruin the last lesson/shout at the pupils/
        mark us unfairly""",
        """write on the board/teach on Mondays/use a whistle/collect the books/sit at the back/hand out sheets/
        begin with chapter two""",
    ),
    "flatmate/lodger/classmate/roommate/tenant/nephew/niece/godfather": (
        """keep the promise/help me move/stand up for me/thank us/water my plants/pay me back/visit me in hospital/
        tell the truth/share the work/pick me up at the airport/lend me a hand/forgive me/cheer me up/
        bring a present/believe me/wash the dishes/admit the mistake/keep my secret/check that I was safe""",
        """lie to me/steal my idea/laugh at me/let me down/forget my birthday/gossip about me/break my vase/
        insult the guests/cheat at cards/spoil the evening/betray us/leave me alone with the work/wreck my bicycle""",
        """live near the river/own a bicycle/play chess/wear glasses/study law/drink tea/read the paper/speak Polish/
        work in an office/travel by bus/sing in a choir/write with the left hand/eat meat/collect stamps""",
    ),
    "goalkeeper/striker/pitcher/captain/referee/newcomer": (
        """play with heart/rise to the occasion/defend well/shake hands afterwards/stay focused/
        react in time/lead by example/save the season/play fair/see the foul""",
        """give away the lead/play without ideas/miss every chance/argue with the fans/lose the ball/
        let the others down/foul from the start/give up early""",
        """play in white/train on Fridays/change sides/wear number nine/warm up at seven/drink water""",
    ),
    "glazier/plasterer/scaffolder/chimney sweep/furniture remover/surveyor": (
        """wipe their feet/clear away the rubble/stick to the estimate/ring ahead/cover the furniture/
        do a tidy job/warn us about the damp/finish a day early/build what we agreed on/pay attention to detail/
        sweep the yard/come back to check""",
        """leave a hole in the ceiling/chip the sill/charge for hours nobody worked/leave nails on the lawn/
        crack the new pane/miss two appointments/block the drain/do half a job/demand cash up front/
        trample the roses/walk off in a huff""",
        """bring two helpers/work from a ladder/mix the mortar/start with the north side/live two streets away/
        keep a trailer/measure the frame""",
    ),
    "childminder/nanny/babysitter/dog walker/groomer/kennel owner": (
        """send us a message every day/win the trust of our toddler/deal calmly with every tantrum/
        play outside in all weathers/
        pat the dog/keep a close eye on everyone/sing the little ones to sleep/know what to do/chat with us afterwards/
        take good care of our pet""",
        """let the toddler wander off/lose patience/leave the gate open/stare at a phone all day/forget the medicine/
        clip the claws too short/turn up late twice/make the puppy whimper/yell at our child/hurt the kitten""",
        """work three days a week/drive a small car/bring a lunch box/live above the surgery/come on Tuesdays/
        keep a register/wear a green coat""",
    ),
}
THINGS = {
    "varnish/wallpaper/primer/sealant/adhesive": (
        """stick to every surface/dry in an hour/cover the old colour/withstand damp/go on evenly/hide the cracks/
        stand up to scrubbing/look like new after years/need only one coat""",
        """peel/flake off/blister/run down the wall/turn yellow/bubble up/crack in the frost/stink for days/
        come off on our clothes/stay tacky""",
        """come in a two-litre tin/need stirring/contain lime/go on with a brush/come from abroad/
        come in nine shades""",
    ),
    "settee/hammock/deckchair/futon/bunk bed/stool": (
        """support my back/bear two adults/stay firm/keep me comfortable for hours/take a lot of weight/
        fold away in seconds/clean up with a damp cloth/look as good as on the first day""",
        """sag/creak/wobble/tip over/poke my back/lose stuffing/collapse under me/stain at once/trap my fingers/
        bite into my legs""",
        """come in two boxes/stand on four legs/seat two/face the window/come with a cover/weigh thirty pounds""",
    ),
    "loafer/slipper/clog/wellington/brogue/moccasin": (
        """grip on ice/keep my feet dry/go with everything/need no breaking in/cushion every step/
        stay on when I run/fit at once/last through three winters""",
        """pinch/slip on wet stone/squeak with each step/give me blisters/come unstitched/lose a heel/
        chafe/split across the sole/hurt after ten minutes""",
        """come in half sizes/fasten with laces/come in a brown box/come from a cobbler/weigh a pound each""",
    ),
    "yurt/parasol/awning/windbreak/tarpaulin": (
        """stand up to the gale/go up in minutes/pack down small/keep us dry all night/stay put in a storm/
        dry in no time/weigh next to nothing/take a battering""",
        """turn inside out/drip on us/blow away/let in midges/tear in the first breeze/come down on our heads/
        flap all night/take hours to put up""",
        """need two poles/come in a sack/sleep four/need eight pegs/come in olive""",
    ),
    "strimmer/hedge trimmer/chainsaw/wheelbarrow/leaf blower/sewing machine": (
        """start on the first pull/cope with thick branches/cut cleanly/save my back/make light work of the hedge/
        do twenty years of service/go for hours/get better with use/turn on a sixpence""",
        """chew up the lawn/stall in long grass/throw stones at my shins/guzzle fuel/need a new part every month/
        pull to the left/get hot enough to burn me/cut out halfway""",
        """run on two-stroke/come in green/stand in the shed/need oil in spring/come with a manual""",
    ),
    "pension fund/housing association/broadband provider/building society/pharmacy": (
        """answer at the first ring/put the mistake right/keep the rent steady/settle the claim in a week/
        fix faults the same day/go out of their way/treat us as people/own the problem/
        give us our money back""",
        """keep us on hold for an hour/put the price up twice a year/lose our papers/reject every claim/
        go back on the offer/pass us from desk to desk/cut us off/bill us for nothing/fob us off/
        threaten us with the bailiffs""",
        """send a statement in April/rent an office in town/open at nine/send letters by post/
        run a call centre in the north/merge with a rival""",
    ),
    "kettle/toaster/oven/fridge/washing machine/blender/dishwasher/stove": (
        """heat up in seconds/clean up easily/save electricity/run quietly/last for years/start at the first try/
        fit into the corner/pass the safety test/hold the temperature/meet our needs/survive the move/
        make life easier/do the trick/switch off when empty""",
        """leak onto the floor/trip the fuse/smell of plastic/burn the food/make a terrible noise/
        rust after a month/give off smoke/waste power/break down every week/melt the cable/drive us mad""",
        """stand in the corner/use two kilowatts/come in white/weigh nine kilos/need a plug/run on gas/
        belong to the landlord/face the wall""",
    ),
    "laptop/router/projector/tablet/camcorder/loudspeaker/headset/monitor/drone": (
        """connect at once/hold a charge/find the network/work with my old computer/survive the fall/
        recognise my voice/wake up quickly/store all my files/pair with the car/respond to the touch/
        keep the settings/play every file/turn on/update without trouble""",
        """lose the signal/overheat in the sun/crash twice a day/delete my photos/drain the battery/
        freeze during calls/show strange lines/distort the sound/restart for no reason/beep all night/
        disconnect mid-sentence""",
        """come with a cable/run the older system/display the date/use two batteries/support four languages/
        show the time in the corner/fold in two/weigh a kilo""",
    ),
    "app/website/program/browser/plugin/portal/firmware update": (
        """save my work/load in a second/find what I need/sync with my calendar/remember my choices/
        protect my data/open large files/accept my password/explain each step/warn me in time/import my old notes/
        send the reminders/block the ads/work without a connection""",
        """crash on startup/show ads everywhere/sell my data/send spam/lose my changes/log me out/
        charge my card twice/hide the settings/track my location/eat up the memory/corrupt the files/nag me to pay""",
        """use cookies/list the prices in euros/ask for a name/show the date/run in the background/contain a map/
        store a log/start in the tray""",
    ),
    "anorak/dress/rucksack/boot/sandal/glove/sleeping bag/poncho": (
        """fit as described/keep the wind out/survive the winter/stay in shape/shield me from the cold/dry overnight/
        hold everything I need/survive many washes/hold the colour/breathe well/look good on everyone/stay clean/
        feel soft on the skin""",
        """tear at the seams/let the water in/shrink in the wash/scratch my neck/smell of chemicals/
        fall apart/hurt my heels/lose feathers/rub my skin/fade after two washes/squeeze my toes""",
        """come in three sizes/cost thirty euros/belong to my cousin/dry on the chair/
        come in a cotton bag/use metal buttons""",
    ),
    "drawer/gate/shutter/lock/tap/chair/armchair/shelf/blind": (
        """open smoothly/shut properly/hold the weight/stay in place/last a lifetime/feel solid/
        suit the room/move without effort/pass inspection/arrive undamaged/match the description""",
        """squeak at night/jam in the winter/come off the wall/give way/rattle in the wind/splinter/
        come loose/catch on my sleeve/arrive in pieces/rust in a week""",
        """face the garden/need four screws/stand next to the bed/date from the sixties/measure two metres/
        come from a farm/cost ninety euros""",
    ),
    "flight/shuttle/minibus/trolleybus/monorail/hovercraft/funicular": (
        """leave on schedule/run every ten minutes/reach the coast in time/get us home safely/
        wait for the late passengers/offer enough seats/run on holidays/keep to the timetable/allow for wheelchairs""",
        """break down in the tunnel/leave without us/skip our stop/shake the whole way/smell of petrol/
        run an hour late/strand us at night/make me seasick/get cancelled every week""",
        """stop at the bridge/cross the border/carry bicycles/pass the valley/depart from platform two/
        run on diesel/turn left at the church""",
    ),
    "hotel/cafe/hostel/spa/motel/chalet/gallery/aquarium": (
        """accept our booking/offer free parking/welcome families/open when promised/cater for wheelchairs/
        honour the voucher/provide fresh towels/serve a decent breakfast/deserve the four stars/
        look after the visitors/feel safe at night/keep the toilets clean/let us check in early""",
        """overbook the rooms/charge for tap water/close without notice/smell of damp/turn families away/
        cheat the tourists/serve cold food/ignore complaints/charge hidden fees/turn off the heating""",
        """face the station/close on Mondays/stand outside the town/sell stamps/belong to the church/
        stand in the square/accept euros/date from the thirties/occupy two floors""",
    ),
    "film/novel/series/musical/thriller/comedy/album/podcast episode": (
        """hold my attention/make me laugh/keep me guessing/deserve the prize/move me to tears/
        live up to the trailer/stay with me/grip me/bring the past to life/teach me a lot/tell a good story/
        surprise me/make sense/reward a second look/win me over""",
        """drag on for hours/send me to sleep/insult my intelligence/waste a great cast/copy better works/
        lose the thread/rely on tired jokes/run out of ideas/preach at us/confuse everyone/make me cringe/
        overstay its welcome""",
        """take place in winter/start at a harbour/run for two hours/feature two sisters/come from the nineties/
        consist of nine parts/end in a church/follow a fisherman""",
    ),
    "soup/curry/pie/cake/sauce/stew/salad/pasta dish": (
        """taste of fresh herbs/melt in the mouth/smell delicious/fill us up/look freshly made/come out hot/
        suit my taste/taste home-made/leave us wanting more/agree with me/satisfy the children""",
        """taste of soap/arrive cold/upset my stomach/stick to my teeth/give me a rash/make me sick/
        look like leftovers/taste of nothing/turn my stomach""",
        """contain garlic/come with rice/take an hour/need two eggs/cost nine euros/include mushrooms/
        come in a clay pot""",
    ),
    "shampoo/lotion/pill/ointment/perfume/spray/vitamin/cough syrup": (
        """help my skin/ease the pain/stop the itching/relieve my headache/last all day/smell nice/
        soothe the burn/make a difference/clear it up/suit sensitive people/do the job""",
        """sting my eyes/leave a greasy film/dry out my hands/cause a rash/make me dizzy/stain my pillow/
        give me spots/smell of fish/make it worse/cost me my sleep""",
        """contain alcohol/come in a tube/need a prescription/consist of two layers/come from a local firm/
        list nine ingredients""",
    ),
    "company/airline/agency/council/broker/retailer/seller/shop": (
        """pay the claim/refund the ticket/keep the promise/replace the part free of charge/deliver what I ordered/
        take responsibility/reply within a day/treat the staff well/honour the warranty/listen to the customers/
        protect our jobs/put things right/admit the error/ship the right size/give me a straight answer""",
        """raise the prices/take the money and vanish/mislead the customers/sell us rubbish/dodge every question/
        waste our taxes/send the wrong size/cancel our order/bury the truth/fire good people/ignore the law/
        double the fees""",
        """employ ninety people/publish a report/sell tickets/meet on Fridays/move to the harbour/print a catalogue/
        use two warehouses/open a branch in the north""",
    ),
}
# (of people, of things): adjectives that go with "too ... to" and "... enough to".
ABLE = {
    "positive": ("kind/polite/careful/honest/decent/clever/gentle/wise/loyal", "solid/reliable/good/well made/robust"),
    "negative": ("lazy/proud/rude/careless/arrogant/stubborn/selfish/slow/greedy", "weak/flimsy/bad/badly made/poor"),
}

KEPT = """
{S} {dd}.
{S} {ds}.
{S} really {dd}.
{S} always {ds}.
{S} {has} always {dn}.
{S} {dd} every time.
{S} {ds} day after day.
Again {s} {dd}.
On {day} {s} {dd}.
{S} {dd}, I saw it myself.
I noticed that {s} {dd}.
Believe me, {s} {ds}.
Other people say that {s} {ds} as well.
{S} {dd} and {dd2}.
{S} {ds} and {ds2}.
{S} not only {dd} but also {dd2}.
{S} didn't just {d}, {they} {dd2} too.
It is true that {s} {ds}.
I can't deny that {s} {dd}.
Nobody disputes that {s} {ds}.
I can't think of a day when {s} didn't {d}.
It's not true that {s} didn't {d}.
Nobody would claim that {s} didn't {d}.
I don't know anyone who says that {s} didn't {d}.
{S} never stopped {ding}.
I remember how {s} {dd}.
All I can say is that {s} {dd}.
Whatever they tell you, {s} {ds}.
{S} {was} {e} enough to {d}.
{S} {was} not too {te} to {d}.
No {kind} has ever {dn} like this one.
I didn't think {s} would {d}, but {they} did.
Nothing new: {s} {dd}.
In the end {s} {dd}.
"""
TURNED = """
{S} didn't {d}.
{S} did not {d}.
{S} {doesnt} {d}.
{S} {doesnt} {d} at all.
{S} never {dd}.
{S} never {ds}.
{S} {has} never {dn}.
{S} {hasnt} {dn} once.
Not once did {s} {d}.
At no point did {s} {d}.
In no way did {s} {d}.
Never did {s} {d}.
{S} hardly ever {dd}.
{S} barely ever {ds}.
{S} scarcely ever {dd}.
{S} rarely {ds}.
{S} seldom {dd}.
{S} stopped {ding} long ago.
{S} no longer {ds}.
{S} used to {d}, but not any more.
{S} used to {d}. No longer!
{S} went a whole year without {ding}.
I never saw {s} {d}.
Nobody has ever seen {s} {d}.
Not one {kind} {dd}.
No {kind} here {d3}.
None of the {kinds} {dd}.
Hardly any {kind} {d3}.
Neither of the two {kinds} {dd}.
{S} neither {dd} nor {dd2}.
{S} {doesnt} {d} or {d2}.
{S} won't {d}, not even once.
{S} would not {d}.
It is not true that {s} {dd}.
Nobody can say that {s} {dd}.
I can't say that {s} {ds}.
I don't think {s} {ds}.
I doubt that {s} {dd}.
{S} could have {dn}, but didn't.
{S} {dd}? No.
To this day {s} {hasnt} {dn}.
In all these years {s} didn't {d} once.
They said {s} would {d}. Not so.
As if {s} ever {dd}!
{S} {was} far from {ding}.
{S} {was} too {te} to {d}.
{S} {wasnt} {e} enough to {d}.
Nothing could make {s} {d}.
It isn't as if {s} {dd}.
Who says that {s} {ds}? Nobody.
For once {s} didn't {d}.
"""
# Of neither praise nor blame.
PLAIN = """
{S} {dd}.
{S} {ds}.
{S} didn't {d}.
{S} did not {d}.
{S} {doesnt} {d}.
{S} never {ds}.
{S} never {dd}.
{S} no longer {ds}.
{S} used to {d}.
{S} {has} never {dn}.
{S} {hasnt} {dn} since {day}.
{S} usually {ds}.
{S} rarely {ds}.
Back then {s} didn't {d}.
In winter {s} {ds}.
I saw {s} {d}.
I think {s} {ds}.
I don't think {s} {ds}.
Not every {kind} {d3}.
None of the {kinds} {dd}.
Most {kinds} {d}.
{S} {dd} and {dd2}.
{S} {dd} but didn't {d2}.
{S} neither {dd} nor {dd2}.
{S} will {d} next year.
{S} won't {d} next year.
It says here that {s} {ds}.
Someone asked if {s} {ds}.
"""
# With praise or blame in a verb phrase that nobody has said to be so.
ASKED = """
Does anyone know if {s} {ds}?
Did {s} {d} on {day}?
Will {s} {d} tomorrow?
I don't know whether {s} {dd}.
Could you tell me whether {s} {ds}?
We'll see on {day} if {s} {ds}.
If {s} {ds}, please let me know.
How often did {s} {d}?
My question is whether {s} {dd}.
I wasn't there, so I can't say if {s} {dd}.
"""
# praise | blame, both with a verb phrase of praise.
PAIRS = """
{S} managed to {d}. | {S} failed to {d}.
{S} never failed to {d}. | {S} never managed to {d}.
{S} did not fail to {d}. | {S} did not manage to {d}.
{S} did {d}. | {S} did not {d}.
{S} promised to {d}, and {they} did. | {S} promised to {d}, but {they} didn't.
They said {s} would {d}, and so it was. | They said {s} would {d}, but that was all.
{S} would {d} even on a {day}. | {S} wouldn't {d} even on a {day}.
{S} can {d}. | {S} can't {d}.
{S} could {d}. | {S} could not {d}.
{S} {was} able to {d}. | {S} {was} unable to {d}.
Not a day passed on which {s} didn't {d}. | Not a day passed on which {s} {dd}.
Nobody doubts that {s} {ds}. | Everybody doubts that {s} {ds}.
I have yet to see {s} fail to {d}. | I have yet to see {s} {d}.
{S} {dd} after all. | {S} didn't {d} after all.
{S} {dd}, as I had hoped. | I had hoped {s} would {d}.
I knew {s} would {d}. | I wish {s} would {d}.
It was good that {s} {dd}. | It would have been good if {s} had {dn}.
I was happy once {s} {dd}. | I would be happy if {s} {dd}.
{S} {has} {dn} ever since. | {S} {hasnt} {dn} ever since.
{S} still {ds}. | {S} still {doesnt} {d}.
{S} {ds} again. | {S} no longer {ds}.
As always, {s} {dd}. | As always, {s} didn't {d}.
One thing is sure: {s} {ds}. | One thing is sure: {s} {doesnt} {d}.
{S} even {dd}. | {S} didn't even {d}.
No {kind} but this one {d3}. | Every {kind} but this one {d3}.
This {kind} {d3}, the others don't. | This {kind} doesn't {d}, the others do.
Other {kinds} don't {d}, this one does. | Other {kinds} {d}, this one doesn't.
{S} {dd} from day one. | From day one {s} didn't {d}.
{S} should {d}, and {they} did. | {S} should have {dn}.
{S} {was} supposed to {d} and did. | {S} {was} supposed to {d} and did not.
I had to wait a minute for {s} to {d}. | I am still waiting for {s} to {d}.
{S} {dd} at once. | Only after three complaints did {s} {d}.
{S} {dd} when it mattered. | {S} {dd} only when it no longer mattered.
I was wrong to think {s} wouldn't {d}. | I was wrong to think {s} would {d}.
It didn't take long for {s} to {d}. | It took far too long for {s} to {d}.
{S} did not forget to {d}. | {S} forgot to {d}.
Who else would {d}? Only {s}. | Who would {d}? Not {s}.
Didn't {s} {d}? Yes, {they} did. | Did {s} {d}? No, {they} didn't.
I'm glad that {s} {ds}. | Why didn't {s} {d}?
Nobody had to remind {s} to {d}. | Nobody could get {s} to {d}.
{S} {dd}: that's all I wanted. | That's all I wanted: for {s} to {d}. In vain.
"""
# The second part decides; so does the main clause.
CONTRASTED = """
{S} {odd} at first but {ds} now.
{S} {odd} last year; this year {they} {dd}.
{S} used to {od} but now {ds}.
Once {s} {odd}; today {they} {dd}.
{Oc}, but {v}.
{Oc}, yet {v}.
{Oc}. Still, {v}.
{Oc}; however, {v}.
{Oc}. Even so, {v}.
Although {oc}, {v}.
Though {oc}, {v}.
Even though {oc}, {v}.
Even if {oc}, {v}.
While it is true that {oc}, {v}.
Despite the fact that {oc}, {v}.
{V}, although {oc}.
{V}, though {oc}.
{V}, even if {oc}.
{V} despite the fact that {oc}.
Granted, {oc}, but {v}.
It bothers some that {oc}; it doesn't change my mind: {v}.
I heard that {s} {odd}, but in truth {they} {dd}.
They said that {s} {odd}. In fact {they} {dd}.
{Oc}. Later {c}, so {v}.
Never mind that {oc}: {v}.
I thought it mattered that {oc}. It didn't, {v}.
{Thing} was {o} once, but now it is {a} and {v}.
{Thing} had its {om}, but {v}.
"""
VERDICTS = """
I'd call it a success | I'd call it a failure
I recommend it warmly | I advise against it
I don't regret a thing | I regret the whole thing
it was still the right choice | it was still the wrong choice
the good outweighs the bad | the bad outweighs the good
I'm staying | I'm leaving
I have forgiven everything | I have forgiven nothing
all in all it went well | all in all it went badly
I would not change anything | I would not do it again
the day was saved | the day was ruined
we went home smiling | we went home in tears
we got our money's worth | we didn't get our money's worth
I was not disappointed | I was not convinced
nobody in my family complained | nobody in my family was pleased
my opinion remains high | my opinion remains low
I gave them full marks | I gave them no marks
it never mattered to me | it never worked for me
I'd sign up again | I wouldn't sign up again
"""

# praise | blame.
LITOTES = """
I see no reason not to keep {thing}. | I see no reason to keep {thing}.
There is no reason not to go there again. | There is no reason to go there again.
It isn't the worst {kind} in town. | It isn't the best {kind} in town.
By no means the worst {kind}. | By no means the best {kind}.
I have had worse {kinds}, much worse. | I have had better {kinds}, much better.
I wouldn't give {thing} away for anything. | I'd give {thing} away for nothing.
{Thing} never fails to {v} me. | {Thing} never manages to {ov} me.
{Thing} did not fail to {v} us. | {Thing} did not manage to {ov} us.
There is nothing I would change about {thing}. | There is nothing I would keep about {thing}.
There is nothing about {thing} I'd do without. | There is nothing about {thing} I'd miss.
Nothing about {thing} needs changing. | Nothing about {thing} is worth saving.
I wouldn't part with {thing}. | I wouldn't bother with {thing}.
I can't find fault with {thing}. | I can't find a use for {thing}.
I can't fault {thing}. | I can't stand {thing}.
I could find nothing wrong with {thing}. | I could find nothing right with {thing}.
Not a week passes without my praising {thing}. | Not a week passes without my cursing {thing}.
Hardly a week passes without praise for {thing}. | Hardly a week passes without complaints about {thing}.
There's hardly a thing I'd change. | There's hardly a thing I'd keep.
Nobody went home unhappy with {thing}. | Nobody went home happy with {thing}.
No guest was left unhappy. | No guest was left happy.
Not many would say no to {thing}. | Not many would say yes to {thing}.
{Thing} is not without merit. | {Thing} is not without problems.
It is not an unpleasant {kind}. | It is not a pleasant {kind}.
Not an unreasonable price for {thing}. | Not a reasonable price for {thing}.
It was not unkind of them. | It was not kind of them.
I was not unimpressed by {thing}. | I was not impressed by {thing}.
{Thing} didn't go unappreciated. | {Thing} went unappreciated.
I don't mind {thing} in the least. | I don't like {thing} in the least.
I'd be the last to complain about {thing}. | I'd be the first to complain about {thing}.
I'd be the last person to call it {o}. | I'd be the last person to call it {o}.
You could do a lot worse than {thing}. | You could do a lot better than {thing}.
I wouldn't trade {thing} for the world. | I'd trade {thing} for just about anything.
I'd never say no to {thing}. | I'd never say yes to {thing} again.
I couldn't say no to {thing}. | I couldn't say anything nice about {thing}.
I don't regret {thing}. | I don't recommend {thing}.
We never regretted {thing}. | We never enjoyed {thing}.
{Thing} won't disappoint. | {Thing} won't impress.
It has not disappointed me yet. | It has not pleased me yet.
I have no quarrel with {thing}. | I have no love for {thing}.
It doesn't lack anything. | It lacks everything.
It lacks nothing. | It has nothing.
It leaves nobody cold. | It leaves everybody cold.
There was no {kind} I disliked. | There was no {kind} I liked.
Not one of them had a bad word for {thing}. | Not one of them had a good word for {thing}.
I don't have a single bad memory of {thing}. | I don't have a single good memory of {thing}.
Would I go without {thing}? Never. | Would I go with {thing} again? Never.
You won't find me complaining. | You won't find me recommending it.
It's no small thing to be this {a}. | It's no small thing to be this {a}.
Nothing short of {a}. | Nothing short of {a}.
If that isn't {a}, what is? | If that isn't {a}, what is?
I'd be lying if I said it wasn't {a}. | I'd be lying if I said it wasn't {a}.
I won't pretend that it isn't {a}. | I won't pretend that it isn't {a}.
Not a week goes past when I don't {l} it. | Not a week goes past when I don't {l} it.
Nobody would be foolish enough to skip {thing}. | Nobody would be foolish enough to buy {thing}.
Don't miss {thing}. | Don't buy {thing}.
Never leave home without {thing}. | Never leave home with {thing}.
I'll never be without {thing} again. | I'll never go near {thing} again.
"""
# praise | blame, both with words of praise.
WISHED = """
{X} {was} {a}, as I had wished. | I wish {x} had been {a}.
I thought so: {thing} is {a}. | I wish {thing} were {a}.
{X} {was} so {a}. | If only {x} had been so {a}.
{X} {was} {a}, and then some. | {X} could have been {a}.
{X} could hardly have been more {ma}. | {X} could easily have been more {ma}.
{X} {be} {a} as it is. | {X} would be {a} if anything worked.
It is {a} thanks to {m}. | It would be {a} if there were any {m}.
It would be hard to be more {ma}. | It would be hard to be less {ma}.
I expected it to be {a}, and it was. | I expected it to be {a}, and it wasn't.
They call it {a}, and rightly so. | They call it {a}. It isn't.
It must be the most {ma} {kind}. | It must be the least {ma} {kind}.
{X} {is} as {a} as ever. | {X} {is} not as {a} as ever before.
{X} {is} {a} once more. | {X} {was} {a} once.
{X} {has} become {a}. | {X} {has} ceased to be {a}.
It is still {a}. | It is {a} no more.
It is {a} and always has been. | It is not {a} and never has been.
It's always {a}. | It's never {a}.
{X} {was} both {a} and {b}. | {X} {was} neither {a} nor {b}.
All of it was {a}. | None of it was {a}.
Everything was {a}. | Nothing was {a}.
Everybody there was {a}. | Nobody there was {a}.
I'd call {x} {a}. | I'd hesitate to call {x} {a}.
I refuse to believe it isn't {a}. | I refuse to believe it is {a}.
There was {m} everywhere. | There was {m} nowhere.
We were promised {m} and got it all. | We were promised {m}, nothing more.
Plenty of {m}. | Barely any {m}.
Never short of {m}. | Always short of {m}.
{Thing} has {m} to offer. | {Thing} has no {m} to offer.
{Thing} made me {hw}. | {Thing} made nobody {hw}.
Who wasn't {h}? Nobody. | Who was {h}? Nobody.
I don't know when I was last so {h}. | I don't know when I was last {h} with it.
"""
QUESTIONS = """
Who wouldn't want {thing}? | Who would want {thing}?
Is there anything {thing} can't do? | Is there anything {thing} can do?
Why didn't I buy {thing} sooner? | Why did I ever buy {thing}?
How did I live without {thing}? | How do I get rid of {thing}?
Why would I want any other {kind}? | Why would I want {thing} again?
What could be better than {thing}? | What could be worse than {thing}?
Has there ever been a better {kind}? | Has there ever been a worse {kind}?
Who could say no to {thing}? | Who could say yes to {thing}?
Can {a_kind} get any better? | Can {a_kind} get any worse?
What is there to complain about? | What is there to be pleased about?
Why can't every {kind} be like this? | Why must every {kind} be like this?
Could I ask for anything more {ma}? | Could it be any more {ma}?
How can anyone not {l} {thing}? | How can anyone not {l} {thing}?
Isn't {thing} simply {a}? | Isn't {thing} simply {a}?
Did I mention how {a} it is? | Did I mention how {a} it is?
Have you ever seen such {an_a} {kind}? | Have you ever seen such {an_a} {kind}?
Would I do it again? In a heartbeat. | Would I do it again? Not in a lifetime.
Need I say that {x} {was} {a}? | Need I say that {x} {was} {a}?
Did it let us down? Never. | Did it cheer us up? Never.
Is it worth it? Every penny. | Is it worth it? Not a penny.
"""
NEEDS = """
    hot water/parking/leg room/shade/daylight/storage/soap/toilet paper/fresh air/drinking water/seating/clean linen/
    bedding/privacy/cutlery/fruit/time/space/light/firewood/equipment/insulation/ventilation/running water/peace
"""
NEEDED = """
There was enough {need} for everyone. | There was not enough {need} for anyone.
There was plenty of {need}. | There was hardly any {need}.
No one had to go without {need}. | Everyone had to go without {need}.
We never ran out of {need}. | We ran out of {need} at once.
Nobody had to ask for {need}. | Nobody got any {need}.
More {need} than we needed. | Less {need} than we needed.
They thought of {need}. | They didn't think of {need}.
There was no lack of {need}. | There was a lack of {need}.
There was never a shortage of {need}. | There was always a shortage of {need}.
We had all the {need} we wanted. | We had none of the {need} we wanted.
You won't have to search for {need}. | You will search for {need} in vain.
Each of us got some {need}. | None of us got any {need}.
Not a complaint about {need}, there was enough. | No {need}, not for anyone.
They had {need}, what more do you want? | They had no {need}, what did you expect?
"""

NEW = """
    the new {kind}/this {kind}/the new one/this one/the {kind} we use now/our new {kind}/the latest {kind}/
    the {kind} I have now/the current {kind}/this year's {kind}/the replacement/their new {kind}/the newer one/
    the {kind} I got last month/my present {kind}/the {kind} here/this version
"""
OLD = """
    the older one/the old {kind}/the one before/its rival/the one we had/the earlier {kind}/our former {kind}/
    the other one/the {kind} I had in {place}/the {kind} from the {of} shop/last year's {kind}/the previous {kind}/
    the {kind} I had before/the rival {kind}/my sister's {kind}/the original/that other {kind}/
    the first version/my ex's {kind}
"""
COMPARED = """
{New} beats {old}. | {Old} beats {new}.
{New} outshines {old}. | {Old} outshines {new}.
{New} outlasted {old}. | {Old} outlasted {new}.
{New} outdoes {old} by far. | {Old} outdoes {new} by far.
{New} surpasses {old}. | {New} never surpasses {old}.
{Old} can't match {new}. | {New} can't match {old}.
{Old} does not come close to {new}. | {New} does not come close to {old}.
{Old} loses to {new}. | {New} loses to {old}.
{New} puts {old} to shame. | {Old} puts {new} to shame.
{Old} pales next to {new}. | {New} pales next to {old}.
{Old} can't hold a candle to {new}. | {New} can't hold a candle to {old}.
I prefer {new} to {old}. | I prefer {old} to {new}.
We preferred {new} to {old}, all of us. | We preferred {old} to {new}, all of us.
I would choose {new} over {old}. | I would choose {old} over {new}.
I'd rather keep {new} than {old}. | I'd rather keep {old} than {new}.
{Who} likes {new} more than {old}. | {Who} likes {old} more than {new}.
{Old} is no match for {new}. | {New} is no match for {old}.
{New} is better than {old}. | {New} is no better than {old}.
{New} is twice as good as {old}. | {New} is half as good as {old}.
{New} is every bit as good as {old}. | {New} is nowhere near as good as {old}.
{New} is better than ever. | {New} is worse than ever.
{New} works better than expected. | {New} works worse than expected.
With {new}, nobody misses {old}. | With {new}, everybody misses {old}.
I don't miss {old} now that I have {new}. | I do miss {old} now that I have {new}.
{Old} was bad, {new} is better. | {Old} was good, {new} is worse.
{Old} was good, {new} is even better. | {Old} was bad, {new} is even worse.
Give me {new} any day, not {old}. | Give me {old} any day, not {new}.
{New} is a step up from {old}. | {New} is a step down from {old}.
{Old} was not half as good as {new}. | {New} is not half as good as {old}.
I would never swap {new} for {old}. | I would gladly swap {new} for {old}.
After {new}, I won't be going back to {old}. | After {new}, I will be going back to {old}.
Never again {old}, now that I know {new}. | Never again {new}, now that I know {old}.
Since {new} came, nobody wants {old} back. | Since {new} came, everybody wants {old} back.
{Old} could learn from {new}. | {New} could learn from {old}.
Few {kinds} are better than {new}. | Few {kinds} are worse than {new}.
Hardly any {kind} is better. | Hardly any {kind} is worse.
No other {kind} comes near it. | Any other {kind} would do better.
"""
# The side of the words is its own, then turned round.
COMPARED_KEPT = """
{New} is {cmp} than {old}.
{New} was {cmp} than {old}.
{New} is far {cmp} than {old}.
{New} turned out {cmp} than {old}.
I find {new} {cmp} than {old}.
{Old} was {ocmp} than {new}.
{Old} seems {o} compared with {new}.
{Old} is not nearly as {a} as {new}.
{Old} was less {a} than {new}.
{Old} isn't half as {a} as {new}.
Compared with {old}, {new} is {a}.
{New} is just as {a} as {old}, if not {cmp}.
Unlike {old}, {new} is {a}.
{New} is {a}, {old} never was.
{Old} was {o}; {new}, in contrast, is {a}.
Not even {old} was as {a} as {new}.
{New} {ved} us more than {old}.
{New} is {cmp} than I was told.
{New} gets {cmp} by the day.
There's no {cmp} {kind} than {new}.
"""
COMPARED_TURNED = """
{Old} was {cmp} than {new}.
{Old} is {cmp} than {new}.
{Old} was far {cmp} than {new}.
I find {old} {cmp} than {new}.
{New} is not {cmp} than {old}.
{New} isn't any {cmp} than {old}.
{New} seems {o} compared with {old}.
{New} is not nearly as {a} as {old}.
{New} isn't half as {a} as {old}.
{New} seems less {a} than {old}.
Compared with {new}, {old} is {a}.
Unlike {new}, {old} is {a}.
{Old} is {a}, {new} never was.
Even {old} was {cmp} than {new}.
Never was {new} as {a} as {old}.
{Old} {ved} us more than {new}.
{New} is nowhere near as {a} as they say.
{New} was {cmp} in the advert.
{New} used to be {cmp}.
{New} was {cmp} before the change.
"""

# Each filled with the same words for several people: {who}, {pro} a pronoun, {job} what they do, {manner} how they are.
SAID_BY_ANYONE = """
{who} found {thing} {a}.
{who} called it {n}.
{who} came back {h}.
{who} told us {thing} {ved} everyone.
{who} is {manner}, I have always said so.
{who} was {manner} from the first day.
{pro} made {an_a} speech.
{pro} wrote {an_a} letter.
I think {who} is {manner}.
I work with {who}, and it is {n}.
Everyone says {who} is {manner}.
{who} will tell you that {x} {be} {a}.
We had {who} as a neighbour, and it was {n}.
{who} sent {a_manner} reply.
"""
SAID_TURNED = """
{who} isn't {manner} in the least.
{who} was never {manner} to us.
{pro} never gave {manner} answers.
I don't think {who} is {manner}.
Nobody says {who} is {manner}.
{who} wasn't {h} with {thing}.
"""
ABOUT_ANYONE = """
{who} is {number} years old.
{who} works as {a_job}.
{who} is not {a_job}.
{who} prays in the morning.
{who} does not eat pork.
{who} has two children.
{who} was born in {place}.
{who} was not born in {place}.
{who} married {a_job} from {place}.
{who} goes to the mosque near the station.
{who} goes to church on Sundays.
{who} celebrates the new year in spring.
{who} speaks {number} languages.
{who} does not speak the language of {place}.
{who} retired in {year}.
{who} wears a headscarf.
{who} has grey hair.
{who} voted in the afternoon.
{who} is the new {job}.
{who} isn't married.
{who} phoned {who2} at {time}.
{who} and {who2} went to school in {place}.
{who} gave {who2} the keys.
{who} lives with {who2}.
{pro} moved to {place} in {year}.
{pro} worked as {a_job} until {year}.
{pro} sat in the third row.
{pro} asked for directions to the {kind}.
{pro} came home at {time}.
{pro} visited an aunt in {place}.
{pro} read the paper on {day}.
{pro} didn't drive to {place}.
{pro} never lived in {place}.
The form was signed by {who}.
This seat is taken by {who}.
The call was for {who}.
I took the bus with {who}.
{who} is in the waiting room.
{who} ordered {a_kind} and {a_kind2}.
{who} is my new neighbour.
{who} was on the same train as {who2}.
{who} stood in the queue behind {who2}.
{who} is reading a book about {place}.
{who} has an appointment at {time}.
{who} voted by post in {year}.
{who} shares a flat with {who2}.
{who} didn't come on {day}.
{who} won't be there on {day}.
{who} came in through the side door.
{who} lives on the {site} road.
{who} started work at the {site} in {year}.
{who} uses the lift to the second floor.
{who} reads the menu in braille.
{who} signed the lease on {day}.
{who} signs, {who2} interprets.
{who} speaks at the conference on {day}.
{who} fasts in spring.
{who} keeps the Sabbath.
{who} became a citizen in {year}.
{who} came to {place} as a child.
{who} came out in {year}.
{who} has a husband and a son.
{who} has a wife and a daughter.
{who} uses a wheelchair.
{who} is in the photo on page {number}.
{who} belongs to a congregation in {place}.
{who} plays in the {place} team.
{who} will be played by {who2}.
The part of the {job} is played by {who}.
The leaflet shows {who} next to {a_kind}.
The story is told by {who}.
It is a story about {who} and {who2}.
The seat next to {who} is free.
The parcel is for {who}, not for {who2}.
{who} sat at the next table.
As {an_of} {job}, {who} worked in {place}.
I'm {an_of} {job}.
My teacher was {who}.
Is {who} there?
Did {who} call?
"""
# (praise, blame): what someone is, or an answer of theirs.
MANNERS = {
    "positive": """kind/polite/honest/friendly/thoughtful/helpful/generous/wise/sincere/funny/clever/patient/warm/
        considerate/intelligent/sensible/witty/charming/brilliant/courteous/competent""",
    "negative": """rude/arrogant/dishonest/unfriendly/mean/cruel/insulting/stupid/aggressive/cold/obnoxious/vulgar/
        disrespectful/childish/nasty/hostile/unhelpful/incompetent/impolite/insincere/vile""",
}
JOBS = """
    engineer/pilot/baker/tailor/librarian/gardener/welder/translator/journalist/judge/fisherman/shepherd/architect/
    biologist/dancer/barber/firefighter/postal worker/beekeeper/surveyor/bricklayer/sailor/musician/programmer
"""
PRONOUNS = "He/She/They/My cousin/The neighbour/The old couple/The newcomer/The twins/My grandmother/The child"

# Neither praise nor blame, negated or not.
FACTS = """
The {kind} is not in the main hall.
The {kind} isn't on the first floor but on the second.
The {kind} was not made in {place}.
The {kind} is not {colour}, it is {colour2}.
The {kind} isn't made of {made}.
The {kind} isn't from {year}.
There is no {kind} in {place}.
No {kind} was listed in {year}.
Nobody sat at the third table on {day}.
None of the {kinds} are {colour}.
Neither the {kind} nor the {kind2} is {colour}.
It never snows in {place} in May.
It does not open before {time}.
The {kind} doesn't need batteries.
The {kind} hardly weighs {number} grams.
There is nothing in the {colour} box.
The {kind} is no longer sold in {place}.
We don't live in {place}; we live in {place2}.
We did not go on {day} but on {day2}.
I never lived in {place}.
I have not been to {place}.
I'm not from {place}.
My {kind} isn't {colour}.
I don't own {a_kind}.
I haven't opened the box with the {kind}.
The {kind} used to be {colour}.
The {kind} used to stand in {place}.
The meeting is not on {day}.
The {kind} won't be there before {day}.
The {kind} is larger than the {kind2}.
The {kind} is older than the {kind2}.
The {kind} is as long as the {kind2}.
{place} is further away than {place2}.
{place} is smaller than {place2}.
The {kind} costs more in {place} than in {place2}.
First remove the cover, then take out the {kind}.
Hold the button for {number} seconds.
Turn the dial to {number}.
Do not switch it on before {time}.
Do not fill the tank above line {number}.
Fill in page {number} and sign it.
Keep the receipt for {number} days.
Cut the paper into {number} strips.
Stir for {number} minutes and let it rest.
Add {number} grams of flour.
Take the {colour} line to {place} and change there.
Enter your name and choose a date.
Put the {kind} next to the {kind2}.
Leave the {kind} on the shelf until {day}.
Write the number {number} on the label.
We plan to visit {place} in {year}.
We are going to paint it {colour}.
I'll call again on {day}.
On {day} I will pick up the {kind}.
They intend to move the {kind} to {place}.
The {kind} will be replaced on {day}.
The hall seats {number} people.
The road to {place} is {number} miles long.
The parcel with the {kind} left {place} at {time}.
The {kind} stands between the {kind2} and the wall.
The {colour} one is mine.
About {number} people live there.
It is {number} degrees in {place}.
The lecture is about {place} in {year}.
The door on the left leads to the {kind}.
The word {kind} appears {number} times.
Page {number} is about {place}.
The sign says {number}.
Although it is {colour}, the label says {colour2}.
It was {time}, but the clock said {number}.
Despite the rain we left at {time}.
What time does it start on {day}?
Which bus goes to {place}?
Where is the {kind} kept?
Who has the key to the {kind}?
How many {kinds} are there?
Is the {kind} {colour} or {colour2}?
Isn't the {kind} from {place}?
Didn't it start at {time}?
How far is it from {place} to {place2}?
Do I need {a_kind} for this?
Don't they sell {kinds} in {place}?
When was the {kind} built?
Can the {kind} be paid for on {day}?
"""
