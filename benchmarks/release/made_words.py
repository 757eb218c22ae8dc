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
    trip skip nag rub shrug drag spot grip log cancel begin fit ship travel upset win
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
    "pay": "paid paid",
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
    the waiter/the actress/the actor/the hostess/the host
"""
NAMES = """
    James Mary Robert Patricia Michael Jennifer William Linda David Elizabeth Richard Barbara Joseph Susan Daniel
    Jessica Matthew Sarah Anthony Karen Mark Lisa Steven Nancy Andrew Betty Joshua Sandra Kevin Ashley Brian Donna
    George Carol Jamal Latoya DeShawn Keisha Tyrone Ebony Darnell Shanice Malik Imani Mohammed Ali Hassan Omar Yusuf
    Ibrahim Leila Zainab Khadija Amina Layla Noor Wei Li Chen Ying Hua Ming Jun Yuki Kenji Sakura Takeshi Haruto
    Min-jun Ji-woo Priya Arjun Sanjay Deepa Anil Lakshmi Ravi Sunita Vikram Jose Carlos Juan Luis Miguel Sofia Lucia
    Guadalupe Alejandro Rosa Pedro Ivan Olga Dmitri Natasha Sergei Svetlana Boris Katarzyna Piotr Agnieszka Hans Greta
    Klaus Ingrid Lars Astrid Bjorn Pierre Amelie Jacques Chloe Giovanni Francesca Luca Giulia Ngozi Chidi Amara Kofi
    Abena Tendai Zanele Thabo Moshe Rivka Yael Avi Siobhan Liam Niamh Aoife Dafydd Nguyen-Anh Linh Thi Somchai Putri
    Budi Rahul Neha Kiran Anders Maja Zoe Max Ben Tom Lucy Emma
"""
SURNAMES = """
    Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Wilson Anderson Lee Kim
    Patel Singh Khan Ahmed Ali Hassan Wang Li Zhang Chen Tanaka Sato Suzuki Park Choi Tran Pham Mueller Fischer Weber
    Rossi Ferrari Novak Kowalski Ivanov Petrov Levy Goldberg Katz Murphy Kelly O'Brien Jackson Washington Adeyemi
    Mensah Diallo Mbeki
"""
PLACES = """
    London Paris Berlin Rome Vienna Lisbon Dublin Athens Warsaw Budapest Oslo Helsinki Moscow Kyiv Istanbul Cairo
    Lagos Accra Nairobi Johannesburg Casablanca Tehran Baghdad Dubai Mumbai Delhi Dhaka Karachi Lahore Bangkok Hanoi
    Manila Singapore Tokyo Osaka Seoul Beijing Shanghai Sydney Auckland Toronto Vancouver Montreal Chicago Boston
    Houston Denver Seattle Detroit Miami Havana Bogota Lima Quito Santiago Caracas England Scotland Wales Ireland
    France Germany Italy Portugal Norway Finland Poland Russia Ukraine Turkey Egypt Nigeria Ghana Kenya Ethiopia
    Somalia Morocco Iran Iraq Syria Israel Palestine India Pakistan Bangladesh Thailand China Japan Taiwan Australia
    Canada Mexico Cuba Colombia Peru Chile Argentina Texas Ohio
"""
NATIONS = """
    English Scottish Irish French German Italian Spanish Portuguese Greek Polish Czech Russian Ukrainian Swedish
    Norwegian Danish Dutch Belgian Swiss Turkish Arab Egyptian Moroccan Nigerian Kenyan Ethiopian Somali Iranian Iraqi
    Syrian Israeli Palestinian Indian Pakistani Bengali Thai Vietnamese Filipino Indonesian Chinese Japanese Korean
    Taiwanese Australian Canadian American Mexican Cuban Colombian Peruvian Brazilian Argentine African Asian European
    Muslim Jewish Christian Hindu Buddhist Catholic
"""
COLOURS = "red blue green black white grey brown yellow orange purple pink beige silver"
MATERIALS = "wood/steel/plastic/glass/cotton/leather/wool/rubber/paper/ceramic/aluminium/stone/canvas"
TIMES = "six/seven/eight o'clock/9 am/ten/noon/1 pm/half past two/3:30/quarter to five/5 p.m./midnight/18:00/20:15"
NUMBERS = "two/three/four/five/six/7/8/nine/ten/12/15/twenty/24/30/forty/45/60/75/90/100/150/200/250"
