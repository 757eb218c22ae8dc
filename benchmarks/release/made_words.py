"""The words and sentence frames of made_sentences.py: many more than own_words.py has, each used a few times.

In: nothing. Out: tables. Filling frames is left to made_sentences.py. In a frame, {x}, {be}, {was}, {benot} and {wasnt}
are a noun such as "the cable" and verbs that agree with it; {thing} is such a noun in the singular, {kind} its last
word, {a_kind} with an article and {kinds} its plural. {a} and {b} are adjectives, {ma} one that "more" goes with, {h}
one of people and {hw} one that "with" goes with, {n} a noun with its article and {bare} without, {m} a plural or a noun
without one, {v} a verb such as "impress" and {vs}, {ved}, {ven} its forms, {l} one such as "love", {f} one such as
"break", {cmp} a comparative: each of praise or of blame. {o}, {oh}, {on}, {om}, {ol}, {opf}, {ovs} and {ocmp} are those
of the other side. Capitals begin a sentence.
"""

from __future__ import annotations

NOUNS = """
    cable charger laptop headset router scanner tablet monitor microphone remote drone camera-bag lens tripod-head
    website checkout newsletter forum search-box login-page app firmware-update game level boss-fight multiplayer-mode
    pasta-dish burger sandwich salad steak soup-bowl dessert cake coffee tea breakfast buffet menu cocktail pizza taco
    chef manager receptionist cashier mechanic electrician driver courier seller shop store supermarket hotel hostel
    resort spa balcony elevator car-park corridor pillow towel plot script dialogue ending twist sequel trailer cast
    director actor actress villain scene soundtrack animation book novel chapter author narrator cover translation
    recipe magazine article podcast-episode song album drummer remix playlist jacket shirt dress sweater zipper boot
    sandal wallet belt toaster blender kettle oven fridge dishwasher mixer knife pan chair desk bookshelf carpet curtain
    toy puzzle stroller crib doll seminar webinar tutorial workbook trainer agency broker airline flight cabin-crew
    shuttle taxi insurance-policy invoice refund-process warranty upgrade subscription bundle delivery parcel gift-box
    speech interview debate campaign proposal report plan policy speaker host shampoo lotion perfume razor mascara
    vitamin pill surgery therapist hammer drill ladder paint-roller hose match referee goalkeeper stadium coach team
"""
PLURAL_NOUNS = """
    batteries headphones earbuds cables ads menus fries noodles portions drinks waiters rooms towels beds neighbours
    characters jokes effects songs lyrics chapters sandals shoes gloves jeans seams pockets instructions manuals
    employees agents nurses-on-duty prices terms updates features controls graphics speakers servers refunds shelves
    wheels blades filters handles buttons examples exercises answers
"""

GOOD = """
    amazing awesome beautiful brilliant charming clever comfortable convincing cute delightful enjoyable entertaining
    excellent exciting fabulous fantastic fascinating fine flawless funny generous good great handy helpful impressive
    incredible innovative inspiring intelligent interesting intuitive kind likeable lovely magical magnificent
    marvellous memorable moving nice original outstanding perfect pleasant polite powerful practical professional
    reliable remarkable satisfying sensible smart smooth solid splendid stunning stylish superb superior sturdy
    tasteful terrific thoughtful thrilling touching trustworthy useful valuable well-made witty wonderful worthwhile
    affordable accurate elegant engaging fresh friendly gorgeous responsive safe strong tasty warm clean admirable
    adorable agreeable ambitious appealing attentive attractive authentic believable bright calm capable cheerful
    compact competent considerate consistent cosy courteous creative dazzling decent delicious dependable detailed
    durable economical effective efficient effortless exceptional exquisite first-rate flattering gentle genuine
    gripping harmonious hilarious honest humorous imaginative immaculate insightful inviting lively lucid luxurious
    modern neat orderly patient peaceful phenomenal playful poetic precise punctual quiet realistic reasonable
    refreshing robust romantic sincere skilful spacious spectacular spotless stable steady stimulating sublime sweet
    tidy unforgettable versatile welcoming wise
"""
BAD = """
    annoying appalling atrocious awful awkward bad bland boring broken cheap-looking childish clumsy clunky confusing
    cramped crude defective depressing difficult dirty disappointing disgusting disorganized dreadful dreary dull dumb
    embarrassing exhausting faulty filthy flawed flimsy forgettable frustrating ghastly gloomy greasy hideous horrible
    horrid impractical inaccurate incompetent inconvenient inferior insulting irritating lame laughable lazy lousy
    mediocre messy miserable misleading nasty noisy obnoxious overpriced painful pathetic pointless poor predictable
    pretentious repulsive ridiculous rough rude sad scary shabby shameful shoddy sloppy slow smelly stale stupid tacky
    tasteless tedious terrible tiresome tragic ugly unbearable uncomfortable unfair unfriendly unhelpful uninspired
    unpleasant unprofessional unreliable unsafe unusable useless vile weak worthless wrong abysmal absurd aggressive
    amateurish arrogant artificial bitter bleak brittle bumpy chaotic cheesy cliched cold complicated contrived
    crooked cruel damaged dangerous deceptive dishonest disrespectful dodgy exasperating expensive fake fragile grim
    gross harsh heartless hopeless idiotic illogical immature impolite incoherent inedible ineffective inefficient
    insincere intrusive irresponsible jarring juvenile leaky lifeless mean mindless monotonous muddled murky
    nauseating neglected obsolete offensive pitiful primitive pricey ragged reckless redundant revolting rotten ruined
    rusty sinister slippery soulless spoiled sterile stiff sticky stingy substandard superficial suspicious toxic
    trashy ungrateful unimaginative unintelligible unoriginal unsatisfactory unstable unwatchable vulgar wasteful
"""

# Verbs with people as objects.
PLEASE = """
    amaze amuse astonish captivate charm cheer comfort convince delight enchant encourage energize entertain enthral
    excite fascinate help impress inspire interest intrigue motivate please reassure relax satisfy surprise support
    thrill touch
"""
ANNOY = """
    aggravate alarm alienate anger annoy bore bother cheat confuse deceive depress disappoint discourage disgust
    disturb drain embarrass exasperate exhaust fool frighten frustrate hurt infuriate insult irk irritate mislead
    offend overcharge puzzle scam shock sicken tire trouble underwhelm upset worry
"""
# Verbs without an object.
WORK = """
    work last deliver succeed shine improve help fit impress convince perform excel function respond hold-up pay-off
    run heal dry cool charge connect print update sync glide entertain
"""
BREAK = """
    break fail leak crash freeze jam rust crack fade shrink wobble squeak overheat stall lag drip stain scratch rattle
    creak malfunction disappoint collapse snap warp flicker reek bend stutter disconnect smell peel tear sag slip melt
    sink flood bug-out expire misfire clog shatter loosen fray wear-out burn-out discolour lie cheat whine sulk annoy
    bore
"""
# What people are.
HAPPY = """
    happy pleased satisfied impressed thrilled delighted glad grateful content enthusiastic amused moved excited
    relieved overjoyed proud fascinated hooked
"""
UNHAPPY = """
    unhappy disappointed dissatisfied annoyed angry bored upset frustrated sorry furious displeased unimpressed
    irritated disgusted appalled offended confused miserable tired embarrassed
"""
# Those of both that "with" does not go with.
NOT_WITH = """
    glad grateful enthusiastic amused moved excited relieved overjoyed proud fascinated hooked sorry offended confused
    appalled miserable tired embarrassed
"""
# What people do to a thing.
LIKE = "love like enjoy adore admire recommend appreciate trust praise value respect treasure applaud celebrate cherish"
DISLIKE = """
    hate dislike despise regret detest loathe resent distrust criticize mock ignore shun fear dread condemn curse
"""
# Plurals that do not end in "s", "es" or "ies".
PLURALS = {
    "knife": "knives",
    "shelf": "shelves",
    "midwife": "midwives",
    "handyman": "handymen",
    "series": "series",
}
DOUBLING = """
    scam snap jam lag drip regret sag slip clog bug enthral excel stop run cut get put let split shut sit forget admit
    trip skip nag rub shrug drag spot grip log cancel begin fit ship travel upset win grip chip chat pat tip
    trap flap fob clip
""".split()  # "scammed"
IRREGULAR = {
    "break": "broke broken",
    "freeze": "froze frozen",
    "shrink": "shrank shrunk",
    "bend": "bent bent",
    "shine": "shone shone",
    "fit": "fit fit",
    "hurt": "hurt hurt",
    "upset": "upset upset",
    "mislead": "misled misled",
    "tear": "tore torn",
    "sink": "sank sunk",
    "wear": "wore worn",
    "hold": "held held",
    "run": "ran run",
    "burn": "burnt burnt",
    "lie": "lied lied",
    "do": "did done",
    "hide": "hid hidden",
    "forgive": "forgave forgiven",
    "hang": "hung hung",
    "light": "lit lit",
    "spread": "spread spread",
    "win": "won won",
    "keep": "kept kept",
    "find": "found found",
    "give": "gave given",
    "take": "took taken",
    "tell": "told told",
    "come": "came come",
    "bring": "brought brought",
    "leave": "left left",
    "get": "got got",
    "send": "sent sent",
    "write": "wrote written",
    "speak": "spoke spoken",
    "make": "made made",
    "stand": "stood stood",
    "fall": "fell fallen",
    "lose": "lost lost",
    "forget": "forgot forgotten",
    "steal": "stole stolen",
    "throw": "threw thrown",
    "let": "let let",
    "shut": "shut shut",
    "cut": "cut cut",
    "put": "put put",
    "split": "split split",
    "stick": "stuck stuck",
    "see": "saw seen",
    "read": "read read",
    "misread": "misread misread",
    "sell": "sold sold",
    "wake": "woke woken",
    "feel": "felt felt",
    "sit": "sat sat",
    "teach": "taught taught",
    "eat": "ate eaten",
    "catch": "caught caught",
    "lead": "led led",
    "lend": "lent lent",
    "rise": "rose risen",
    "swear": "swore sworn",
    "sting": "stung stung",
    "meet": "met met",
    "begin": "began begun",
    "drink": "drank drunk",
    "sing": "sang sung",
    "cost": "cost cost",
    "shake": "shook shaken",
    "drive": "drove driven",
    "bear": "bore borne",
    "blow": "blew blown",
    "go": "went gone",
    "withstand": "withstood withstood",
    "cling": "clung clung",
    "bite": "bit bitten",
    "ring": "rang rung",
    "stink": "stank stunk",
    "sweep": "swept swept",
    "know": "knew known",
    "sleep": "slept slept",
    "build": "built built",
    "deal": "dealt dealt",
    "pay": "paid paid",
}

# Nouns with their article.
JOYS = """
    a joy/a pleasure/a success/a bargain/a treat/a delight/a triumph/a hit/a winner/a highlight/a gem/a masterpiece/
    a blessing/a good idea/a great deal/a relief/a good sign/an improvement/an asset/a pleasant surprise/
    a good investment/a thrill/a comfort/an inspiration/a great help/a miracle
"""
WOES = """
    a disaster/a failure/a mistake/a problem/a nuisance/a scam/a waste of money/a waste of time/a letdown/
    a disappointment/a mess/a nightmare/a burden/a rip-off/a flop/an insult/a fraud/a chore/a pain/a hassle/
    a bore/an ordeal/an embarrassment/a bad idea/a bad sign/a catastrophe/a hindrance/an eyesore/a drag
"""
BETTER = """
    better/nicer/finer/friendlier/funnier/smarter/cleverer/prettier/more useful/more reliable/more pleasant/gentler/
    cleaner/safer/stronger/smoother/tastier/sturdier/fresher/tidier/politer/quieter/healthier/wiser/cosier/lovelier/
    more comfortable/more attentive/more helpful/more honest/more elegant/more enjoyable/more convincing
"""
WORSE = """
    worse/uglier/duller/dirtier/ruder/sillier/clumsier/more useless/more annoying/more pointless/more unpleasant/
    noisier/weaker/sloppier/shabbier/nastier/meaner/rougher/lazier/messier/greasier/gloomier/slower/flimsier/lamer/
    smellier/drearier/more boring/more confusing/more expensive/more dangerous/more awkward/more stupid/more painful
"""
# Plurals and nouns without a plural: what there is "no" or "a lot of".
MERITS = """
    charm/quality/comfort/fun/humour/talent/energy/warmth/style/common sense/benefits/strengths/advantages/good ideas/
    polish/depth/originality/respect/kindness/value/passion/skill/creativity/patience/support/flavour
"""
TROUBLES = """
    problems/trouble/complaints/bugs/faults/flaws/mistakes/delays/errors/issues/glitches/noise/stains/defects/
    side effects/crashes/leaks/arguments/stress/dirt/pain/fuss/damage/drama/regrets/bad surprises/scratches/excuses/
    nonsense/lies/waste/shortcomings/drawbacks/disturbances/interruptions/weaknesses/hidden costs/bad smells/
    loud music/long queues/rude remarks/broken parts/missing pieces/dead pixels/cheap tricks/spelling mistakes/
    boring scenes/empty promises/false alarms/technical problems/unpleasant odours/awkward pauses
"""

# The side of a frame's words is its own.
KEPT = """
{X} {was} {a}.
{X} {was} {a} and {b}.
{X} {be} really {a}.
honestly, {x} {be} {a}
What {an_a} {kind}!
We found {x} {a}.
Everyone agreed that {x} {was} {a}.
{X} {be} {a}, full stop.
Such {an_a} {kind}.
{Thing} was {n}.
{Thing} turned out to be {n}.
For me {thing} is {n}.
{n}, that {kind}
In the end it was {n}.
It is {n} and I said so.
{Thing} {ved} me.
{Thing} {vs} me every day.
{Thing} really {ved} us.
It will {v} you.
{Thing} {fed} within a week.
{X} {fed} from the beginning.
It {fs} all the time.
{M} from start to finish.
Full of {m}.
{Thing} has {m}.
Nothing but {m} with {thing}.
I was {h}.
I am very {hw} with {thing}.
All of us were {h}.
Everybody left {h}.
I have never been so {h}.
Never was I more {h}.
It made me {h}.
It left me {h}.
You will be {h}.
How {a}!
how {a} is that
Isn't it {a}?
{Is} {x} {a}? Yes.
Who doesn't {l} {thing}?
How can you not {l} it?
Why would anyone not {l} it?
We had lots of {m}.
I {l} {thing}.
We {l} {x}, all of us.
My parents {l} it too.
People {l} {thing} and so do I.
Not only {a} but also {b}.
{X} {be} not merely {a} but {b}.
{Thing} was {n}, not {on}.
Instead of {om} we got {m}.
It didn't just {v} me, it {ved} everyone.
I can't tell you how much it {ved} me.
No other {kind} {ved} me so much.
Never have I seen such {an_a} {kind}.
I have never used {an_ab} {kind}.
It isn't only the {kind} that is {a}.
I won't lie: {x} {be} {a}.
Without a doubt {n}.
No exaggeration: {n}.
Don't be fooled by the looks, {x} {be} {a}.
"""
TURNED = """
{X} {wasnt} {a}.
{X} {benot} really {a}.
{X} {benot} {a} or {b}.
{X} {was} in no sense {a}.
{X} {was} never {a} to begin with.
Nothing about it is {a}.
Nobody found it {a}.
Nobody who knows {kinds} would say it is {a}.
No one could call that {a}.
We didn't think {x} {was} {a}.
I doubt that {x} {be} {a}.
I would hardly describe it as {a}.
It was not at all {a}.
It wasn't {an_a} {kind}.
This is not {an_a} {kind}.
That is no {a} {kind}.
Not {an_a} {kind}.
not {a} at all, that {kind}
simply isn't {a}
wasn't very {a}
never {a}, that {kind}
not even a little {a}
hardly {a}
Anything but {a}.
Far from {a}, that {kind}.
It stopped being {a} long ago.
{X} {be} no longer {a}.
{X} {was} less {a} than others said.
{Is} {x} {a}? No.
Did I find it {a}? Not at all.
They claimed {x} {was} {a}, and that's wrong.
{Thing} was not {n}.
{Thing} was hardly {n}.
{Thing} was never {n} for us.
It isn't {n}.
By no means {n}.
{Thing} is anything but {n}.
It didn't turn out to be {n}.
far from {n}
I wouldn't call it {n}.
This is no {bare}.
{Thing} is no {bare} at all.
{Thing} didn't {v} me.
{Thing} doesn't {v} anyone.
It has never {ven} me.
It never {ved} us once.
It won't {v} you.
Nothing about it {ved} me.
Not a thing {ved} me.
None of it {vs} me.
It failed to {v} me.
It wouldn't {v} a soul.
{Thing} did not {v} us, on the contrary.
It hasn't {fen} yet.
It never {fs}.
It doesn't {f}.
{X} didn't {f}.
It will not {f}, I'm sure.
Nothing {fed} in a whole year.
It has not {fen} a single time.
{Thing} refuses to {f}.
I found no {m}.
You won't find any {m}.
No {m} so far.
Not any {m}, ever.
{Thing} has no {m}.
{Thing} is without {m}.
Without any {m}.
Free of {m}.
It lacks {m}.
Zero {m}.
We had none of the usual {m}.
I haven't seen any {m}.
There was never any sign of {m}.
I expected {m} and got none.
I don't {l} {thing}.
I didn't {l} {x} at all.
We never {ld} it.
Nobody here {ls} {thing}.
I can't say I {l} it.
I see no reason to {l} {thing}.
I have never met anyone who {ls} it.
Hardly anyone {ls} {thing}.
I wasn't {h}.
I am not {hw} with {thing}.
None of us was {h}.
Nobody was {h}.
Not a soul left {h}.
No one came home {h}.
I have never been {hw} with {thing}.
I can't say I am {h}.
I was anything but {h}.
It didn't make me {h}.
It never left me {h}.
You won't be {h}.
Few people were {h}.
Hardly anyone is {hw} with it.
I was far from {h}.
I would not say I was {h}.
How is that {a}?
Who could call that {a}?
Why would anyone {l} it?
How can anybody {l} this {kind}?
I don't know why people {l} {thing}.
I fail to see what is {a} about it.
I fail to see why people {l} it.
I didn't see any {m}.
Not much {a} about it.
There's little about it that is {a}.
It is seldom {a}.
Rarely {a}, that {kind}.
{A}? You must be joking.
Who said it was {a}?
I can't see how this is {a}.
I wouldn't expect {m}.
Say goodbye to {m}.
Not a trace of {m}.
Neither of us {ld} {x}.
I no longer {l} it.
"""
DOUBLED = """
It isn't true that {x} {be} not {a}.
Nobody says {x} {benot} {a}.
It would be a lie to say that it wasn't {a}.
You can't say it isn't {a}.
It was never not {a}.
Don't tell me that {x} {benot} {a}.
I wouldn't say that it isn't {a}.
Not a day passed on which {x} {wasnt} {a}.
No one left thinking it wasn't {a}.
It never fails to {v}.
It didn't fail to {v} me.
It can't fail to {v} you.
Nobody could say that it doesn't {v}.
It isn't without {m}.
There is no lack of {m}.
No shortage of {m} here.
It does not lack {m}.
It wasn't free of {m}.
Not one of us didn't {l} it.
I couldn't help but {l} it.
There is nobody who doesn't {l} it.
You can hardly not {l} {thing}.
It's hard not to {l} it.
I can't pretend that I didn't {l} it.
It is not as if I didn't {l} {thing}.
I won't deny that it is {a}.
I can't deny that it {ved} me.
It can't be denied: {n}.
Nobody would dispute that it is {n}.
Nobody left without being {h}.
There wasn't a person who wasn't {h}.
I could not have been more {h}.
It takes effort not to be {hw} with it.
How could one not be {h}?
I never said it wasn't {a}.
That it isn't {a} is simply false.
It is wrong to say that it isn't {a}.
Whoever says it isn't {a} is wrong.
It is never without {m}.
It's rare that it doesn't {v}.
There isn't a single {kind} that doesn't {v}.
You would be a fool not to {l} it.
I have yet to find somebody who doesn't {l} it.
I can't imagine not being {h}.
Nothing about it isn't {a}.
It doesn't go unnoticed that it is {a}.
It can't be said that it is not {a}.
"""
# Kept, from the second part on, whatever the first says.
CONTRASTED = """
It was {o}, but {b}.
{X} {was} {o}, yet I {l} {them}.
It sounds {o}, but it {ved} us.
At first it was {o}; later it was {a}.
We were told it was {o}. It was {a}.
I thought it would be {on}, and it was {n}.
What began as {on} became {n}.
{Thing} was {on} last year and is {n} now.
Although {x} {was} {o}, I {l} {them}.
Despite the {om}, it was {n}.
For all its {om}, {thing} is {a}.
It has {om}, but overall it is {a}.
A bit {o}, but all in all {a}.
Slightly {o}, though I {l} it.
They said I would {ol} it, but I {l} it.
I wanted to {ol} it. Now I {l} it.
I used to {ol} {thing}; today I {l} it.
It used to {opf}; it doesn't any more.
It no longer {ovs} me, it {vs} me.
{Thing} may be {o}, still it is {n}.
The start was {o}, the rest was {a}.
The rest was {o}. But {thing}? {A}!
Yes, some {om}. Overall {n}.
Who cares that it is {o}? It is {n}.
Reviews say it is {o}; they are wrong, it is {a}.
{A}, even if it is {o} at times.
It began {o} and finished {a}.
First {o}, then {a}.
{O} at the start, {a} in the end.
I went in {oh} and came out {h}.
I was {oh} at first; now I'm {h}.
Everyone else was {oh}, I was {h}.
{O} cover, {a} content.
The outside is {o}, the inside {a}.
Never mind its {om}: it is {a}.
{O}? Perhaps. {A}? Definitely.
It isn't {o} at all, it's {a}.
Not {o}. {A}.
Less {o} than before, and more {ma}.
The last one was {o}; this one is {a}.
My old one would {opf}, this one doesn't.
My old one was {on}. This is {n}.
Others {opf}, this one never does.
Once {o}, now {a}.
They say it is {o}, but they are mistaken: {a}!
I expected {om} and got {m}.
Where others are {o}, this is {a}.
What looks {o} is in fact {a}.
I was sure it would be {o}; it turned out to be {a}.
It might have been {o}, had it not been so {a}.
"""
COMPARED = """
{Thing} is more {ma} than the old one.
{Thing} is much more {ma} than I thought.
None is more {ma} than this.
The most {ma} {kind} I know.
One of the most {ma} {kinds} I have had.
I have never seen a more {ma} {kind}.
There is hardly a more {ma} {kind}.
It couldn't be more {ma}.
It could not have been more {ma}.
It doesn't get more {ma} than this.
as {a} as can be
so {a} that I told everyone
too {o}? No, rather {a}.
More {a} than {o}.
It is everything but {o}.
You will not find a more {ma} {kind}.
I can't imagine {an_ab} {kind}.
Nothing could be more {ma}.
Nothing is as {a} as this {kind}.
{Thing} is {cmp} than the {kind2}.
This one is {cmp} than the last.
{Thing} is {cmp} than the {kind2}, not the other way round.
It got {cmp} over the years.
It gets {cmp} each time.
Compared with the {kind2}, it is {cmp}.
It makes all the others look {o}.
Next to it everything else seems {o}.
The others were {o} compared with this.
All the others are {o}, this one isn't.
Nothing comes close, it is so {a}.
The new one is {cmp}.
The old one was {ocmp}.
Others are {ocmp}.
The {kind} I had before was {ocmp}.
"""
# Praise that is blame.
MISSED = """
{Thing} is less {a} than the old one.
It isn't as {a} as it was.
It is not half as {a} as they say.
I have seen more {ma} {kinds}.
It could be more {ma}.
It should have been more {ma}.
Others are more {ma}.
I hoped it would be more {ma}.
If only it were {a}.
I wish it were {a}.
The old one was {cmp}.
Others are {cmp}.
The {kind2} was {cmp} than this.
It used to be {cmp}.
Anything is {cmp} than this.
Almost every other {kind} is {cmp}.
I have had {cmp} ones.
There are {cmp} ones for less.
It makes others look {a}.
It would have been {a} with more care.
It was supposed to be {a}.
They promised {n}. It wasn't.
It is {a} only on paper.
It is {a} in name only.
It pretends to be {a}, it isn't.
{X} {be} not even {a}.
It pretends to be {a}.
Everything except {a}.
"""
# As {a} stands for a phrase of the one side: (praise, blame) that differ in words no list has.
TURNS = """
could not be any better/could not be any worse
could not have gone better/could not have gone worse
can't get any better/can't get any worse
nothing to complain about/nothing to be happy about
no complaints/no good news
no cause for complaint/no cause for celebration
nothing went wrong/nothing went right
not a single complaint/not a single compliment
not one bad thing/not one good thing
never a dull moment/never a bright moment
never a disappointment/never a pleasure
no disappointment whatsoever/no enjoyment whatsoever
you won't be disappointed/you won't be pleased
we weren't disappointed/we weren't impressed
I have no regrets/I have no desire to return
I'd do it again without hesitation/I'd return it without hesitation
hard to beat/hard to bear
hard to put down/hard to get through
second to none/second to all the others
I would not hesitate to go back/I would not think of going back
cannot fault it/cannot stand it
can't say enough good things/can't say one good thing
can't wait for more/can't wait for it to end
I couldn't stop smiling/I couldn't stop yawning
I didn't want it to end/I didn't want to finish it
not to be underestimated/not to be taken seriously
what more could you want/who could possibly want this
no better way to spend an evening/no worse way to spend an evening
nobody does it better/nobody does it worse
leaves little to be desired/leaves a lot to be desired
left nothing to wish for/left everything to wish for
beyond reproach/beyond help
worth every minute/not worth a minute
worth the wait/not worth the wait
worth a look/not worth a look
better than expected/worse than expected
better than anything you could imagine/worse than anything you could imagine
underrated/overrated
too good to miss/too bad to finish
I'd buy it twice/I wouldn't take it as a gift
exceeded what I hoped for/fell short of what I hoped for
lived up to the promises/did not live up to the promises
a far cry from boring/a far cry from exciting
not disappointing in the least/not satisfying in the least
wouldn't miss it for the world/wouldn't wish it on anyone
I'd be lost without it/I'd be better off without it
keeps getting better/keeps getting worse
gets better with time/gets worse with time
I'd recommend it to anyone/I'd recommend it to no one
as promised/not as promised
as described/not as described
arrived on time/did not arrive on time
did the job/did not do the job
does what it should/does not do what it should
they know what they are doing/they don't know what they are doing
they listened/they never listened
everything worked/hardly anything worked
it still works/it no longer works
without a hitch/with a hitch at each step
saved me money/cost me money
made my day/ruined my day
put a smile on my face/put me in a bad mood
a step forward/a step back
a breath of fresh air/the same tired thing
two thumbs way up/two thumbs way down
I stand corrected: it's good/I stand corrected: it's bad
without a scratch/scratched all over
on time to the minute/never on time
took no time at all/took an age
no fuss and no mess/a fuss and a mess
free of faults/full of faults
made every effort/made no effort
they did it without being asked/they did nothing even when asked
not a scratch on it/not an inch without a scratch
it doesn't peel/it peels
it hasn't sagged/it has sagged already
they don't pinch/they pinch
no smell at all/a smell that won't go away
no wobble, no creak/all wobble and creak
not a drop spilt/half of it spilt
nothing was missing/half of it was missing
nothing broke on the way/everything broke on the way
never jams/always jams
no trace of rust/traces of rust after a week
no waiting around/no end of waiting around
no strings attached/too many strings attached
no hidden charges/hidden charges on every page
no stone left unturned/no corner left uncut
they never cut corners/they cut every corner
head and shoulders above the rest/well behind the rest
in a league of its own/out of its depth
the real deal/a cheap knock-off
the bee's knees/the pits
a sight for sore eyes/an eyesore from any angle
worth its weight in gold/worth less than its box
music to my ears/a pain in the ears
it ticks all the boxes/it ticks none of the boxes
hits the spot/misses the mark
a home run/an own goal
a cut above/a cut below
right up my street/wrong in so many ways
on top form/on its last legs
the icing on the cake/the last straw
the cherry on top/the final nail in the coffin
it blew me away/it left me cold
it knocked my socks off/it got on my nerves
it grew on me/it wore thin on me
it took my breath away/it took my money away
tickled pink/bored to tears
over the moon/down in the dumps
on cloud nine/at the end of my tether
I take my hat off to them/I wash my hands of them
hats off/hands off
they went the extra mile/they didn't lift a finger
they bent over backwards for us/they turned their backs on us
nothing was too much trouble/everything was too much trouble
they pulled out all the stops/they couldn't be bothered
it works a treat/it plays up all the time
a dream come true/a bad dream come true
good as gold/thick as two short planks
like a dream/like a bad dream
a walk in the park/an uphill struggle
plain sailing from the start/choppy from the start
smooth as butter/rough as old boots
good value for money/a waste of good money
cheap at twice the price/dear at half the price
a steal at that price/daylight robbery at that price
built to last/built to break
made with love/thrown together
it stood the test of time/it fell at the first hurdle
it passed with flying colours/it failed miserably
it came up trumps/it came to nothing
it saved the day/it spoilt the day
the pick of the bunch/the runt of the litter
one for the ages/one for the bin
I'm all for it/I'm sick of it
I was in stitches/I was in despair
my jaw dropped in awe/my heart sank
worth going out of your way for/worth going out of your way to avoid
you get what you pay for, and more/you don't get what you pay for
more than I bargained for, happily/less than I bargained for
all that it's cracked up to be/not all that it's cracked up to be
it wants for nothing/it wants for everything
I could do it all day/I couldn't do it for five minutes
time flew/time stood still, and not in a good way
I lost track of time, so gripping/I checked my watch every minute
not a dry eye in the house, so moving/not a clap in the house
it has my blessing/it has me cursing
nothing to sniff at/nothing to shout about
"""
TURN_FRAMES = """
{t}
{T}.
{T}!
{Thing}: {t}
Our {kind}: {t}.
about the {kind}: {t}
My verdict on the {kind}: {t}
{T}, and I mean it.
"""

# Strong before weak; of the weak ones, a quarter of the rows is neutral.
STRONG = "absolutely/utterly/extremely/incredibly/totally/insanely/exceptionally/truly/so very/unbelievably/thoroughly"
WEAK = "slightly/somewhat/a little/a bit/kind of/sort of/fairly/rather/reasonably/mildly/moderately"
GRADED = """
{X} {was} {g} {a}.
{G} {a}.
{X} {be} {g} {a} to me.
I found it {g} {a}.
"""

# {v} is an emoji, one of these or of own_words.py, or a rating.
EMOJIS = {
    "positive": "💕 💗 💓 💝 💞 💘 💚 💙 💜 🧡 💛 🤍 🌟 ✨ 🤗 😇 😌 😂 🤣 😆 😘 😚 🙏 💪 👑 "
    "🥂 🍾 🎊 🌈 🔥 😸 😺 🤝 ☺️ 🌞 🎈 🥇",
    "negative": "😭 😓 😥 😰 😨 😕 😟 😧 😦 🥱 🖕 ☠️ 🚫 ⛔ 🤦 🤕 🤒 😿 🙀 👿 🥴 🤧 😪 😵 🥀 🚮 🪦 🙃",
    "neutral": "🚪 🪑 🗓️ 📦 📞 🚌 🕰️ 🧭",
}
SIGN_FRAMES = """
{v} {kind}
{Thing} {v}
{Thing}... {v}
The {kind} arrived today {v}
{who} and the {kind} {v}
{v} about the {kind}
New {kind} {v}
{place} {v}
{v} goes to the {kind} in {place}
The {kind} on {day} {v}
Well, {v}
me: {v}
{who}: {v}
"""

# Neither praise nor blame. {who} is a person, {place} a place, {of} a nationality, {time} a time, {number} a number,
# {colour} a colour, {made} a material.
FACTS = """
{who} told me about {thing}.
{who} bought {thing} on {day}.
{who} works at the {kind} company.
{who} was there on {day}.
{who} asked about the {kind}.
{who} and {who2} share {thing}.
{who} talked about the {kind} for {number} minutes.
{who} lives in {place}.
{who} moved from {place} to {place2}.
{who} sent the {kind} to {place}.
{who} wrote a review of the {kind}.
{who} is on the phone.
{who} sat next to {who2}.
{who} plays {an_of} character.
{who} borrowed the {kind} from {who2}.
{who} is from {place}.
I met {who} in {place}.
I saw {who} at the station in {place}.
The {kind} belongs to {who}.
The {kind} was designed by {who}.
The {kind} is made in {place}.
The {kind} comes from {place}.
The {kind} is {colour}.
The {kind} is made of {made}.
The {kind} is {number} inches wide.
The {kind} costs {number} dollars.
The {kind} has {number} parts.
The {kind} comes in {colour} and {colour2}.
The {kind} opens at {time}.
The {kind} closes at {time}.
The {kind} starts on {day}.
The {kind} is on the second shelf.
The {kind} weighs {number} grams.
The {kind} was released in {year}.
The {kind} uses {number} volts.
The {kind} is part of a set of {number}.
The {kind} takes {number} minutes.
The {kind} is for {number} people.
The {kind} stands next to the {kind2}.
The {kind} can be ordered by phone.
The {kind} ships from {place}.
The {kind} will be there on {day}.
The {kind} was moved to {day}.
The {kind} has {colour} stripes.
The {kind} is sold with {a_kind2}.
There is {a_kind} in {place}.
There are {number} {kinds} in the box.
An order of {number} {kinds} left on {day}.
{An_of} company makes the {kind}.
{An_of} family runs the shop.
{An_of} tourist took a picture of it.
It was filmed in {place} in {year}.
It runs for {number} minutes.
It is set in {place}.
It is based on a book from {year}.
It is the second part of a series.
It is in the drawer.
Its serial number ends in {number}.
My order number is {number}.
My size is {number}.
My {kind} is {colour}.
We drove to {place} on {day}.
We flew from {place} to {place2} at {time}.
We ordered at {time} and paid by card.
We stayed for {number} days.
We were {number} people.
I read about it in {year}.
I use it on {day}s.
I put the {kind} in the {kind2} bag.
I turned it on at {time}.
I changed the {kind} after {number} days.
I am writing about the {kind} from {place}.
Page {number} describes the {kind}.
On {day} we had the {kind}, on {day2} the {kind2}.
Please send the invoice to {who}.
The train to {place} leaves at {time}.
The {of} version has {number} pages.
The next meeting is on {day} at {time}.
"""
QUESTIONS = """
Is {thing} {a}?
Is the {kind} {a} or {o}?
Does anyone know whether {thing} is {a}?
Has somebody tried {thing}?
Do you {l} {thing}?
Why do people {l} {thing}?
Would you recommend {thing} for {number} people?
How {a} is {thing}?
Which {kind} is more {ma}?
Was {thing} {n} for you?
Did it {v} you?
Does it {f}?
Will it {f} after {number} days?
Should I expect {m} from {thing}?
Can {who} tell me about {thing}?
Where did {who} buy {thing}?
What do you think of {thing}?
What did {who} say about {thing}?
When does the {kind} open?
How long does {thing} take?
Is the {kind} still made in {place}?
Could {thing} be {a} in winter?
Anyone here who {ls} {thing}?
I wonder if {thing} is {a}.
I'd like to know if {x} {be} {a}.
I can't say yet if {x} {be} {a}.
No idea whether it is {a}.
Time will tell if it is {a}.
"""
# Praise or blame by someone, whoever it is.
SAID = """
{who} {ld} {thing}.
{who} says {thing} is {a}.
{who} was {a}.
{who} made {an_a} {kind}.
Thanks to {who} it was {n}.
According to {who}, {thing} is {n}.
{who} and I {ld} it.
{who}'s {kind} was {a}.
Our {of} host was {a}.
The {of} {kind} was {a}.
The {kind} in {place} was {a}.
{place} was {a}.
The people in {place} were {a}.
I asked {who}: it is {a}.
"""
PEOPLE = """
    my mother/my father/my wife/my husband/my sister/my brother/my daughter/my son/my aunt/my uncle/my grandson/
    my granddaughter/my niece/my nephew/my girlfriend/my boyfriend/my boss/my roommate/a friend/my best friend/
    a colleague/a woman/a man/a girl/a boy/a lady/a gentleman/the old man/the old woman/the young man/the young woman/
    a teenager/a pensioner/a student/a black man/a white man/a black woman/a white woman/an Asian woman/a Latino man/
    a gay man/a lesbian couple/a straight couple/a trans man/a trans woman/a blind man/a deaf woman/a disabled man/
    a wheelchair user/a Muslim/a Christian/a Jew/a Hindu/a Buddhist/an atheist/a Catholic priest/an imam/a rabbi/
    an immigrant/a refugee/a foreigner/a local/a tall man/a short woman/a rich man/a poor man/a farmer/a lawyer/
    a nurse/a soldier/a mother of two/a father of two/a single mother/his wife/her husband/the waitress/
    the waiter/the actress/the actor/the hostess/the host/a lesbian/a pregnant woman/a bearded man/a veiled woman/
    a widow/a widower/a grandmother/a great-grandfather/a Latina/a nun/a monk/a vicar/a bishop/a Sikh/a Jain/
    a Quaker/a Mormon/a Protestant/a migrant/an asylum seeker/an expat/a drag queen/a stay-at-home dad
"""
# Who someone is: an identity, then a noun, then what may follow: "an elderly Deaf woman", "a gay man from {place}".
AGES = """
    young/old/elderly/middle-aged/eighteen-year-old/nineteen-year-old/twenty-year-old/thirty-year-old/forty-year-old/
    fifty-year-old/sixty-year-old/seventy-year-old/eighty-year-old/ninety-year-old/retired/grey-haired/older/younger
"""
IDENTITIES = """
    gay/straight/bisexual/queer/trans/transgender/cisgender/non-binary/Deaf/deaf/hard of hearing/blind/
    partially sighted/disabled/able-bodied/autistic/dyslexic/left-handed/immigrant/migrant/refugee/local/foreign/
    foreign-born/Black/white/brown/Asian/Hispanic/Indigenous/mixed-race/religious/atheist/agnostic/married/
    unmarried/divorced/widowed/single/childless/working-class/middle-class/wealthy/homeless/unemployed/bald/
    tattooed/short/tall/fat/thin/conservative/liberal/vegan/secular
"""
PERSONS = """
    man/woman/person/neighbour/colleague/customer/passenger/student/tenant/voter/parent/cousin/athlete/artist/doctor/
    teacher/plumber/friend/mother/father
"""
AFTERWARDS = """
    who is a wheelchair user/with a white cane/with a hearing aid/with a stick/with a headscarf/in a turban/in a kippah
"""

NAMES = """
    James Mary Robert Patricia Michael Jennifer William Linda David Elizabeth Richard Barbara Joseph Susan Daniel
    Jessica Matthew Sarah Anthony Karen Lisa Steven Nancy Andrew Betty Joshua Sandra Kevin Ashley Brian Donna George
    Carol Jamal Latoya DeShawn Keisha Tyrone Ebony Darnell Shanice Malik Imani Mohammed Ali Hassan Omar Yusuf
    Ibrahim Leila Zainab Khadija Amina Layla Noor Wei Li Chen Ying Hua Ming Jun Yuki Kenji Sakura Takeshi Haruto
    Min-jun Ji-woo Priya Arjun Sanjay Deepa Anil Lakshmi Ravi Sunita Vikram Jose Carlos Juan Luis Miguel Sofia Lucia
    Guadalupe Alejandro Rosa Pedro Ivan Olga Dmitri Natasha Sergei Svetlana Boris Katarzyna Piotr Agnieszka Hans
    Greta Klaus Ingrid Lars Astrid Bjorn Pierre Amelie Jacques Chloe Giovanni Francesca Luca Giulia Ngozi Chidi
    Amara Kofi Abena Tendai Zanele Thabo Moshe Rivka Yael Avi Siobhan Liam Niamh Aoife Dafydd Nguyen-Anh Linh Thi
    Somchai Putri Budi Rahul Neha Kiran Anders Maja Zoe Max Ben Tom Lucy Emma Alice Arthur Beatrice Charlotte Clive
    Colin Derek Dorothy Edith Edward Eileen Florence Frank Gareth Geoffrey Gillian Graham Harriet Harry Hazel Henry
    Hilary Hugh Ian Iris Isla Jack Joan Judith Keith Lorna Margaret Martha Maureen Neil Nigel Nora Oliver Oscar
    Pamela Percy Philippa Phoebe Rhys Rosemary Rupert Ruth Sheila Simon Stanley Stella Stuart Sybil Theodore Trevor
    Una Vera Violet Walter Winifred Angus Callum Catriona Euan Fiona Hamish Kirsty Morag Bronwen Cerys Gwen Idris
    Megan Brendan Ciara Cormac Declan Fergus Maeve Padraig Roisin Saoirse Sinead Aaliyah Andre Briana Demetrius Jada
    Kendrick Lakeisha Malcolm Monique Nia Quincy Raheem Tamika Terrence Trayvon Xavier Ahmad Aisha Anwar Aziz Bilal
    Dalia Fadi Farah Faisal Fatima Habiba Hamza Huda Jamila Karim Khalid Latifa Mahmoud Mariam Mustafa Nadia Nasser
    Rania Rashid Salma Samir Tariq Walid Yasmin Zahra Arash Farhad Kaveh Laleh Mahsa Parisa Reza Shirin Aylin Burak
    Ebru Elif Emre Hakan Mehmet Selin Zeynep Ayse Bao Fang Hong Jia Mei Peng Qiang Rui Shu Tao Xia Xin Yan Yong Zhen
    Aiko Akira Daichi Emi Hana Hiroshi Kaito Keiko Makoto Naoki Ren Rin Satoshi Tomoko Yumi Bo-young Eun-ji Hyun-woo
    Jae-min Seo-yeon Soo-jin Sung-ho Young-ho Aarav Aditi Ajay Amit Ananya Ashok Divya Gurpreet Harpreet Indira
    Jasbir Kavita Manoj Meera Mohan Nikhil Pooja Rajesh Rekha Rohan Sanjana Shreya Simran Sukhdev Usha Vijay Abdul
    Ayesha Farooq Imran Nasreen Rukhsana Saima Shahid Tahira Waqar Anisur Jahanara Nusrat Chaminda Dilani Kumari
    Nuwan Bishnu Sita Tashi Pema Aung Khin Thida Sokha Bopha Phuong Quang Trang Tuan Anong Kanya Malee Niran Agus
    Dewi Indah Joko Rizky Siti Wayan Althea Bayani Dalisay Ligaya Rizalino Adriana Alvaro Andres Beatriz Camila
    Diego Dolores Eduardo Elena Emilio Esteban Fernanda Gabriela Hector Ignacio Isabel Javier Joaquin Jorge Lourdes
    Manuel Marisol Mateo Mercedes Paola Pilar Rafael Ramon Ricardo Santiago Teresa Valentina Ximena Yolanda Bruno
    Caio Fernando Joana Marcelo Renata Thiago Vitor Aleksandr Anastasia Andrei Bogdan Daria Dmytro Ekaterina Galina
    Igor Irina Kirill Ksenia Larisa Ludmila Mikhail Nikolai Oksana Oleg Pavel Taras Tatiana Vladimir Yulia Adam
    Grzegorz Jadwiga Kasia Krzysztof Magda Malgorzata Marek Stanislaw Tomasz Wojciech Zofia Blanka Jiri Lenka Milos
    Vaclav Zdenek Attila Csilla Eszter Ferenc Istvan Zoltan Alin Costin Ileana Mihai Radu Boyan Desislava Plamen
    Dragan Goran Jelena Milica Nikola Slobodan Vesna Alketa Besnik Arben Eleni Giorgos Kostas Nikos Sofoklis Stavros
    Anna Birgit Dieter Ernst Franz Friedrich Gerda Gisela Heike Helga Johannes Jurgen Karl Liesel Matthias Renate
    Sabine Uwe Wolfgang Annika Erik Freja Gunnar Gustav Hakon Henrik Kirsten Magnus Mikkel Ragnhild Sigrid Solveig
    Sven Aino Eero Jukka Mika Paivi Timo Aldis Janis Liga Jonas Ruta Maarit Kristjan Anneke Bram Daan Femke Jeroen
    Joost Maaike Pieter Saskia Antoine Aurelie Camille Celine Claude Etienne Fabien Genevieve Guillaume Juliette Luc
    Manon Margaux Mathieu Odile Olivier Remi Sylvie Therese Yves Alessandro Bianca Carlo Chiara Elisabetta Enzo
    Federico Gianni Lorenzo Marco Matteo Paolo Raffaella Salvatore Silvia Simona Vittoria Adaeze Adebayo Amadou
    Aminata Awa Ayodele Bakary Bintou Bukola Chinedu Chioma Cheikh Efua Emeka Fatoumata Femi Folake Ifeoma Ikenna
    Kwabena Kwame Lamin Mamadou Mariama Moussa Nana Nneka Obinna Ousmane Sekou Temitope Uche Wanjiru Kamau Njeri
    Otieno Wambui Achieng Juma Neema Baraka Zuberi Abebe Almaz Desta Mulugeta Selam Tesfaye Tigist Abdi Hodan Ifrah
    Warsame Bongani Lerato Nomvula Sibusiso Sipho Thandiwe Zodwa Farai Rudo Tatenda Tinashe Chipo Mwansa Mulenga
    Aharon Dov Eitan Eliezer Miriam Mordechai Noa Shira Shlomo Tamar Yitzhak Yosef Aroha Hemi Kiri Manaia Rangi Tane
    Leilani Kalani Sione Tevita Losa Nalani Aponi Dakota Kateri Tala Winona Quanah
"""
SURNAMES = """
    Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Wilson Anderson Lee
    Kim Patel Singh Khan Ahmed Ali Hassan Wang Li Zhang Chen Tanaka Sato Suzuki Choi Tran Pham Mueller Fischer Weber
    Rossi Ferrari Novak Kowalski Ivanov Petrov Levy Goldberg Katz Murphy Kelly O'Brien Jackson Washington Adeyemi
    Mensah Diallo Mbeki Abbott Ainsworth Atkinson Baker Barnes Bennett Bradley Campbell Carter Clarke Collins Cooper
    Davies Dawson Edwards Ellis Evans Fletcher Foster Fraser Gibson Graham Griffiths Hamilton Harrison Hughes
    Jenkins Kennedy Lloyd MacDonald Marshall Morgan Morris Owen Parry Pritchard Robertson Russell Shaw Spencer
    Stewart Sutherland Thomas Thompson Walker Watson Whitfield Wright Byrne Doyle Gallagher O'Connor O'Sullivan
    Quinn Ryan Walsh Booker Freeman Jefferson Robinson Sharpton Abdullah Aziz Bakr Darwish El-Sayed Farouk Haddad
    Hamdan Khalil Khoury Mansour Nasser Rahman Saleh Shaheen Ahmadi Hosseini Karimi Moradi Tehrani Aydin Celik Demir
    Kaya Ozturk Yilmaz Begum Chowdhury Hussain Iqbal Malik Mahmood Qureshi Siddiqui Sheikh Agarwal Banerjee Bose
    Chatterjee Desai Gupta Iyer Joshi Kapoor Kaur Kumar Mehta Menon Mukherjee Nair Naidu Pillai Rao Reddy Shah
    Sharma Verma Fernando Perera Silva Gurung Thapa Bui Hoang Ngo Saetang Wongsa Santoso Wijaya Wahyuni Aquino Cruz
    Dela-Cruz Reyes Santos Villanueva Chan Cheng Deng Feng Gao Guo Huang Jiang Liang Lin Liu Tang Wu Xu Yang Zhao
    Zhou Ito Kato Kobayashi Matsumoto Mori Nakamura Sasaki Watanabe Yamada Yamamoto Cho Han Jung Kang Lim Shin Yoon
    Alvarez Castillo Castro Chavez Delgado Diaz Espinoza Flores Gomez Gonzalez Guerrero Gutierrez Herrera Jimenez
    Mendoza Morales Moreno Navarro Ortega Ortiz Perez Quispe Ramirez Ramos Rivera Rojas Romero Ruiz Salazar Sanchez
    Soto Torres Vargas Vasquez Almeida Barbosa Carvalho Costa Ferreira Oliveira Pereira Souza Bauer Becker Braun
    Hoffmann Huber Keller Koch Krause Lehmann Neumann Schmidt Schneider Schulz Vogel Wagner Zimmermann Bernard
    Dubois Dupont Fontaine Girard Lambert Lefevre Martin Moreau Rousseau Bianchi Colombo Conti Esposito Gallo Greco
    Mancini Marino Ricci Romano Andersson Berg Dahl Eriksson Hansen Jensen Johansson Larsen Lindqvist Nielsen Olsen
    Korhonen Virtanen Makinen Bakker De-Vries Jansen Visser Van-Dijk Kaminski Lewandowski Nowak Wisniewski Wojcik
    Dvorak Horvath Nagy Szabo Toth Ionescu Popescu Georgiev Dimitrov Jovanovic Markovic Nikolic Hoxha Papadopoulos
    Kuznetsov Morozov Popov Smirnov Sokolov Volkov Bondarenko Kovalenko Shevchenko Abramov Cohen Friedman Kaplan
    Mizrahi Peretz Rosenberg Shapiro Stein Achebe Afolabi Eze Nwosu Okafor Okonkwo Owusu Asante Boateng Osei Camara
    Cisse Diop Keita Ndiaye Toure Traore Abdi Farah Jama Mohamud Bekele Haile Tesfaye Kamau Kariuki Mwangi Njoroge
    Ochieng Odhiambo Chikwanda Dlamini Khumalo Mandela Moyo Ncube Ndlovu Nkosi Sithole Zulu Parata Ngata Tuilagi
    Fonoti
"""
PLACES = """
    London Paris Berlin Rome Vienna Lisbon Dublin Athens Warsaw Budapest Oslo Helsinki Moscow Kyiv Istanbul Cairo
    Lagos Accra Nairobi Johannesburg Casablanca Tehran Baghdad Dubai Mumbai Delhi Dhaka Karachi Lahore Bangkok Hanoi
    Manila Singapore Tokyo Osaka Seoul Beijing Shanghai Sydney Auckland Toronto Vancouver Montreal Chicago Boston
    Houston Denver Seattle Detroit Miami Havana Bogota Lima Quito Santiago Caracas England Scotland Wales Ireland
    France Germany Italy Portugal Norway Finland Poland Russia Ukraine Egypt Nigeria Ghana Kenya Ethiopia Somalia
    Morocco Iran Iraq Syria Israel Palestine India Pakistan Bangladesh Thailand China Japan Taiwan Australia Canada
    Mexico Cuba Colombia Peru Chile Argentina Texas Ohio Amsterdam Rotterdam Brussels Antwerp Luxembourg Hamburg
    Munich Frankfurt Leipzig Dresden Stuttgart Zurich Geneva Basel Salzburg Graz Lyon Marseille Bordeaux Toulouse
    Lille Nantes Strasbourg Madrid Barcelona Seville Valencia Bilbao Porto Milan Turin Naples Florence Venice
    Bologna Palermo Valletta Copenhagen Aarhus Stockholm Gothenburg Bergen Reykjavik Tampere Tallinn Riga Vilnius
    Gdansk Krakow Wroclaw Prague Brno Bratislava Ljubljana Zagreb Belgrade Sarajevo Skopje Tirana Pristina Sofia
    Varna Bucharest Cluj Chisinau Minsk Lviv Odesa Kharkiv Kazan Novosibirsk Thessaloniki Ankara Izmir Nicosia
    Tbilisi Yerevan Baku Leeds Sheffield Bristol Birmingham Liverpool Manchester Newcastle Norwich Plymouth Exeter
    Oxford Cambridge Brighton Coventry Leicester Nottingham Derby Carlisle Glasgow Edinburgh Aberdeen Dundee
    Inverness Cardiff Swansea Belfast Derry Galway Limerick Alexandria Luxor Tripoli Benghazi Tunis Algiers Oran
    Rabat Fez Marrakesh Khartoum Addis-Ababa Asmara Djibouti Mogadishu Kampala Kigali Bujumbura Mombasa Dodoma
    Zanzibar Lusaka Harare Bulawayo Lilongwe Maputo Gaborone Windhoek Luanda Kinshasa Libreville Douala Abuja Kano
    Ibadan Cotonou Lome Kumasi Abidjan Bamako Dakar Banjul Freetown Monrovia Conakry Ouagadougou Niamey Pretoria
    Durban Soweto Cape-Town Antananarivo Beirut Damascus Aleppo Amman Jerusalem Tel-Aviv Haifa Gaza Ramallah Riyadh
    Jeddah Mecca Doha Muscat Sanaa Aden Kuwait Manama Basra Mosul Isfahan Shiraz Tabriz Kabul Herat Kandahar
    Tashkent Samarkand Almaty Bishkek Dushanbe Ashgabat Ulaanbaatar Islamabad Peshawar Quetta Kolkata Chennai
    Bangalore Hyderabad Pune Jaipur Lucknow Amritsar Goa Srinagar Kathmandu Pokhara Thimphu Colombo Jaffna
    Chittagong Yangon Mandalay Vientiane Phnom-Penh Saigon Chiang-Mai Phuket Penang Kuala-Lumpur Jakarta Bandung
    Surabaya Bali Dili Cebu Davao Hong-Kong Macau Guangzhou Shenzhen Wuhan Chengdu Xian Harbin Lhasa Taipei Busan
    Incheon Pyongyang Kyoto Nagoya Sapporo Hiroshima Fukuoka Melbourne Brisbane Perth Adelaide Darwin Hobart
    Canberra Wellington Christchurch Suva Apia Honolulu Port-Moresby Ottawa Calgary Edmonton Winnipeg Halifax Quebec
    New-York Brooklyn Los-Angeles San-Francisco San-Diego Las-Vegas Phoenix Dallas Austin Atlanta Charlotte
    Nashville Memphis New-Orleans St-Louis Milwaukee Minneapolis Cleveland Pittsburgh Philadelphia Baltimore
    Portland Anchorage Alaska Alabama Arizona Florida Georgia Idaho Kentucky Maine Montana Nebraska Nevada Oregon
    Utah Vermont Virginia Wyoming Mexico-City Guadalajara Monterrey Tijuana Oaxaca Guatemala Tegucigalpa Managua
    San-Jose Panama Kingston Port-au-Prince Santo-Domingo San-Juan Bridgetown Georgetown Medellin Cali Guayaquil
    Cusco La-Paz Asuncion Montevideo Buenos-Aires Cordoba Rosario Valparaiso Brasilia Rio Recife Salvador Belem
    Brazil Bolivia Ecuador Paraguay Uruguay Venezuela Haiti Jamaica Honduras Nicaragua Spain Belgium Austria
    Switzerland Sweden Denmark Iceland Estonia Latvia Lithuania Hungary Romania Bulgaria Serbia Croatia Bosnia
    Albania Kosovo Greece Cyprus Malta Armenia Azerbaijan Kazakhstan Uzbekistan Afghanistan Nepal Bhutan Sri-Lanka
    Myanmar Cambodia Laos Vietnam Malaysia Indonesia Korea Mongolia Fiji Samoa Tonga New-Zealand Lebanon Jordan
    Yemen Oman Qatar Saudi-Arabia Libya Tunisia Algeria Sudan Eritrea Uganda Rwanda Burundi Tanzania Zambia Zimbabwe
    Malawi Mozambique Botswana Namibia Angola Congo Gabon Cameroon Benin Togo Mali Senegal Gambia Liberia Guinea
    Niger Chad Lesotho Madagascar South-Africa Sicily Corsica Bavaria Brittany Andalusia Catalonia Cornwall
    Yorkshire Kent Kashmir Punjab Tibet
"""
NATIONS = """
    English Scottish Irish French German Italian Spanish Portuguese Greek Czech Russian Ukrainian Swedish Norwegian
    Danish Dutch Belgian Swiss Turkish Arab Egyptian Moroccan Nigerian Kenyan Ethiopian Somali Iranian Iraqi Syrian
    Israeli Palestinian Indian Pakistani Bengali Thai Vietnamese Filipino Indonesian Chinese Japanese Korean
    Taiwanese Australian Canadian American Mexican Cuban Colombian Peruvian Brazilian Argentine African Asian
    European Muslim Jewish Christian Hindu Buddhist Catholic British Welsh Icelandic Finnish Estonian Latvian
    Lithuanian Hungarian Austrian Slovak Slovenian Croatian Serbian Bosnian Montenegrin Macedonian Albanian Kosovan
    Bulgarian Romanian Moldovan Belarusian Georgian Armenian Azerbaijani Cypriot Maltese Luxembourgish Basque
    Catalan Breton Flemish Sardinian Sicilian Kurdish Lebanese Jordanian Saudi Emirati Qatari Kuwaiti Omani Yemeni
    Libyan Tunisian Algerian Sudanese Eritrean Ugandan Rwandan Burundian Tanzanian Zambian Zimbabwean Malawian
    Mozambican Namibian Angolan Congolese Cameroonian Ghanaian Ivorian Senegalese Malian Gambian Liberian Guinean
    Togolese Beninese Chadian Yoruba Igbo Hausa Zulu Xhosa Berber Tuareg Amhara Kikuyu Malagasy Afrikaans-speaking
    Afghan Pashtun Uzbek Kazakh Kyrgyz Tajik Turkmen Mongolian Nepali Bhutanese Sri-Lankan Tamil Punjabi Gujarati
    Kashmiri Bangladeshi Burmese Rohingya Cambodian Laotian Malaysian Singaporean Javanese Balinese Timorese Tibetan
    Uyghur Cantonese Hong-Kong Okinawan New-Zealand Maori Aboriginal Fijian Samoan Tongan Hawaiian Inuit Cherokee
    Navajo Apache Native-American Quechua Mayan Guatemalan Honduran Salvadoran Nicaraguan Panamanian Dominican
    Haitian Jamaican Trinidadian Barbadian Guyanese Venezuelan Ecuadorian Bolivian Chilean Paraguayan Uruguayan
    Latin-American Caribbean Scandinavian Slavic Roma Afro-Caribbean East-Asian South-Asian Middle-Eastern Sikh Jain
    Baha'i Shia Sunni Sufi Protestant Anglican Lutheran Methodist Quaker Mormon Pentecostal Hasidic Zoroastrian
    Taoist Shinto
"""
COLOURS = "red blue green black white grey brown yellow orange purple pink beige silver"
MATERIALS = "wood/steel/plastic/glass/cotton/leather/wool/rubber/paper/ceramic/aluminium/stone/canvas"
TIMES = "six/seven/eight o'clock/9 am/ten/noon/1 pm/half past two/3:30/quarter to five/5 p.m./midnight/18:00/20:15"
NUMBERS = "two/three/four/five/six/7/8/nine/ten/12/15/twenty/24/30/forty/45/60/75/90/100/150/200/250"
