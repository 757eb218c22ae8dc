"""More frames of made_sentences.py, by construction: comparisons, reversals, litotes, questions, news and plain facts.

In: nothing. Out: tables. Filling frames is left to made_sentences.py. The fields are those of made_words.py and
made_clauses.py; {mv} is a verb phrase that compares, such as "last longer", {mvs} and {mved} its forms, {omv}, {omvs}
and {omved} the same of the other side; {ling} and {ving} are gerunds of {l} and {v}; {od3} is the third person of {od};
{site} and {site2} are places in a town, {animal}, {room} and {goods} are nouns, {season} is a season, and {plain} is
something whose name has a word of praise or blame in another sense.
"""

from __future__ import annotations

# praise | blame. {new} is reviewed, {old} is what it is compared with: their order decides, or a word does.
RIVALS = """
{New} tops {old}. | {Old} tops {new}.
{New} trumps {old} in every way. | {Old} trumps {new} in every way.
{New} outclasses {old}. | {Old} outclasses {new}.
{New} eclipses {old} completely. | {Old} eclipses {new} completely.
{New} knocks spots off {old}. | {Old} knocks spots off {new}.
{New} runs rings round {old}. | {Old} runs rings round {new}.
{New} wipes the floor with {old}. | {Old} wipes the floor with {new}.
{New} leaves {old} in the dust. | {Old} leaves {new} in the dust.
{New} leaves {old} far behind. | {Old} leaves {new} far behind.
{New} has the edge over {old}. | {Old} has the edge over {new}.
{New} is streets ahead of {old}. | {Old} is streets ahead of {new}.
{New} is head and shoulders above {old}. | {Old} is head and shoulders above {new}.
{New} is leagues above {old}. | {Old} is leagues above {new}.
{New} plays in a higher league than {old}. | {Old} plays in a higher league than {new}.
{New} gets the better of {old} in every test. | {Old} gets the better of {new} in every test.
{New} wins hands down against {old}. | {Old} wins hands down against {new}.
{New} would win any contest with {old}. | {New} would lose any contest with {old}.
In a straight fight {new} would flatten {old}. | In a straight fight {old} would flatten {new}.
{Old} is not a patch on {new}. | {New} is not a patch on {old}.
{Old} isn't in the same class as {new}. | {New} isn't in the same class as {old}.
{Old} can't compete with {new}. | {New} can't compete with {old}.
{Old} falls short of {new}. | {New} falls short of {old}.
{Old} lags behind {new}. | {New} lags behind {old}.
{Old} trails {new} by a mile. | {New} trails {old} by a mile.
{Old} comes a distant second to {new}. | {New} comes a distant second to {old}.
{Old} has nothing on {new}. | {New} has nothing on {old}.
{Old} never had a chance against {new}. | {New} never had a chance against {old}.
{Old} takes second place behind {new}. | {New} takes second place behind {old}.
{Old} looks tired beside {new}. | {New} looks tired beside {old}.
{Old} feels cheap beside {new}. | {New} feels cheap beside {old}.
{Old} is a poor substitute for {new}. | {New} is a poor substitute for {old}.
{Old} is a pale copy of what {new} offers. | {New} is a pale copy of what {old} offered.
{Old} loses on every count to {new}. | {New} loses on every count to {old}.
Beside {new}, {old} doesn't stand a chance. | Beside {old}, {new} doesn't stand a chance.
Compared to {new}, {old} is a joke. | Compared to {old}, {new} is a joke.
Hold {new} up against {old} and {new} wins. | Hold {new} up against {old} and {old} wins.
{New} one, {old} nil. | {Old} one, {new} nil.
Between {old} and {new}, I'd take {new} every time. | Between {old} and {new}, I'd take {old} every time.
Given the choice, I'd have {new}, not {old}. | Given the choice, I'd have {old}, not {new}.
I'd sooner have {new} than {old}. | I'd sooner have {old} than {new}.
I'd pick {new} before {old}. | I'd pick {old} before {new}.
I'd put {new} above {old}. | I'd put {old} above {new}.
I rate {new} above {old}. | I rate {old} above {new}.
I think more of {new} than of {old}. | I think less of {new} than of {old}.
My vote goes to {new}, not to {old}. | My vote goes to {old}, not to {new}.
If one has to go, let it be {old} rather than {new}. | If one has to go, let it be {new} rather than {old}.
Of the two, {new} is the one I'd keep, not {old}. | Of the two, {old} is the one I'd keep, not {new}.
We went from {old} to {new} and never looked back. | We went from {old} to {new} and regret it.
We switched from {old} to {new}: a wise move. | We switched from {old} to {new}: a foolish move.
I went back from {old} to {new}. | I went back from {new} to {old}.
I gave up {old} for {new}. | I gave up {new} for {old}.
I sold {old} to get {new} and would do so again. | I sold {old} to get {new} and want it back.
I returned {old} and kept {new}. | I returned {new} and kept {old}.
I came to {new} after {old} and I'm staying. | I came to {new} after {old} and I'm going back.
{Old} ended up in the bin; {new} is here to stay. | {New} ended up in the bin; {old} is here to stay.
We threw out {old} and bought {new}, what a relief. | We threw out {old} and bought {new}, what a mistake.
{New} replaced {old}, and about time. | {New} replaced {old}, and what a pity.
They replaced {old} with {new}: a change for the better. | They replaced {old} with {new}: a change for the worse.
From {old} to {new} was a leap forward. | From {old} to {new} was a slide backwards.
After {old}, {new} came as a relief. | After {old}, {new} came as a letdown.
Coming from {old}, I find {new} a revelation. | Coming from {old}, I find {new} a comedown.
After {new}, I can't go back to {old}. | After {new}, I can't wait to go back to {old}.
Once you have tried {new}, you'll forget {old}. | Once you have tried {new}, you'll long for {old}.
I used to swear by {old}, until {new} came along. | I still swear by {old}; {new} can't change that.
Everything {old} got wrong, {new} gets right. | Everything {old} got right, {new} gets wrong.
{New} mends what was wrong with {old}. | {New} spoils what was right with {old}.
{New} has the strengths of {old} without the faults. | {New} has the faults of {old} without the strengths.
{New} does what {old} never could. | {New} can't do what {old} always did.
{New} succeeds where {old} failed. | {New} fails where {old} succeeded.
{New} delivers what {old} only promised. | {New} only promises what {old} delivered.
{Old} was a disappointment; {new} isn't. | {Old} wasn't a disappointment; {new} is.
{Old} let me down; {new} never has. | {Old} never let me down; {new} has.
{Old} drove me mad, {new} doesn't. | {Old} didn't drive me mad, {new} does.
{Old} was hard work, whereas {new} is a breeze. | {Old} was a breeze, whereas {new} is hard work.
While {old} gave me headaches, {new} gives me joy. | While {old} gave me joy, {new} gives me headaches.
{Old} gathers dust now that we have {new}. | {New} gathers dust because we still have {old}.
Nobody has asked for {old} since {new} arrived. | Everybody has asked for {old} since {new} arrived.
No one touches {old} any more, we all use {new}. | No one touches {new} any more, we all use {old}.
I'd pay double for {new} before I took {old} for free. | I'd pay double for {old} before I took {new} for free.
You couldn't pay me to swap {new} for {old}. | You couldn't pay me to stay with {new}.
Not even as a gift would I take {old} over {new}. | Not even as a gift would I take {new} over {old}.
I'd recommend {new} over {old} to anyone. | I'd recommend {old} over {new} to anyone.
{Who} swapped {old} for {new} and is delighted. | {Who} swapped {old} for {new} and is fuming.
{Who} says {new} makes {old} look silly. | {Who} says {old} makes {new} look silly.
{New} makes {old} look like a relic. | {Old} makes {new} look like a fake.
{New} isn't just as good as {old}, it is better. | {New} isn't just as bad as {old}, it is worse.
{New} is as good as {old}, and that says a lot. | {New} is as bad as {old}, and that says a lot.
If {old} was good, {new} is superb. | If {old} was bad, {new} is dire.
I thought nothing could beat {old}. {New} does. | I thought nothing could be worse than {old}. {New} is.
I loved {old}, and I love {new} even more. | I disliked {old}, and I dislike {new} even more.
{Old} set the bar high, and {new} clears it. | {Old} set the bar low, and {new} goes under it.
{New} was worth leaving {old} for. | {New} wasn't worth leaving {old} for.
{New} lives up to {old}. | {New} doesn't live up to {old}.
{New} is a worthy successor to {old}. | {New} is an unworthy successor to {old}.
No, {old} is not better than {new}. | No, {new} is not better than {old}.
Who needs {old} when there is {new}? | Who needs {new} when there is {old}?
Why settle for {old} when you can have {new}? | Why settle for {new} when you can have {old}?
Don't get {old}, get {new}. | Don't get {new}, get {old}.
Skip {old} and go straight for {new}. | Skip {new} and stay with {old}.
Forget {old}. {New} is the one to get. | Forget {new}. {Old} is the one to get.
It's no contest: {new}, not {old}. | It's no contest: {old}, not {new}.
I can't see why anyone would take {old} over {new}. | I can't see why anyone would take {new} over {old}.
I don't know why I stuck with {old} before {new} came. | I don't know why I left {old} when {new} came.
"""
# Verb phrases that compare: what they are said of decides. The side of a frame's words is its own, or turned round.
MORE = {
    "positive": """last longer/work faster/hold up better/start quicker/do more/take up less room/give us less trouble/
        make less noise/use less power/need less care/age better/save more time/cause fewer problems/run smoother/
        do a better job/need fewer repairs/look smarter/go further/waste less/fail less often/suit me better""",
    "negative": """break sooner/wear out faster/do less/take longer/make more noise/give us more trouble/
        cause more problems/need more repairs/waste more/fail more often/age worse/do a worse job/get dirty sooner/
        use more power/let me down more often/take more effort/look cheaper/get on my nerves more/suit me less""",
}
MORE_KEPT = """
{New} {mvs} than {old}.
In every season {new} {mvs} than {old}.
{New} simply {mvs} than {old}.
{New} seems to {mv} than {old}.
{New} can be relied on to {mv} than {old}.
{Old} {omved} than {new}.
{Old} would {omv} than {new}.
You'll find that {new} {mvs} than {old}.
{New} {mvs} and costs the same as {old}.
{New} {mvs} than I expected.
{New} {mvs} than the makers claim.
Both were tested, and {new} {mvs}.
{Who} noticed that {new} {mvs} than {old}.
"""
MORE_TURNED = """
{Old} {mved} than {new}.
{Old} {mvs} than {new}.
{Old} always {mved} than {new}.
{Old} seems to {mv} than {new}.
{New}, they tell me, {omvs} than {old}.
{New} was said to {mv} than {old}, and that is wrong.
You'll find that {old} {mvs} than {new}.
{New} doesn't {mv} than {old}.
{New} never {mved} than {old}.
It isn't true that {new} {mvs} than {old}.
Both were tested, and {old} {mvs}.
Nobody believes that {new} {mvs} than {old}.
"""
# What one does and the other did. The side of a frame's words is its own, or turned round.
DID_KEPT = """
The old {kind} {odd}; the new one {d3}.
The last {kind} {odd}, this one {d3}.
While the previous {kind} {odd}, this one {d3}.
Whereas the former {kind} {odd}, the new one {d3}.
This {kind} {d3}, whereas the old one {odd}.
This {kind} {d3}; others {od}.
Unlike the old {kind}, this one {d3}.
Unlike other {kinds}, ours {d3}.
My last {kind} {odd}. This one doesn't.
Others {od}. This {kind} never has.
Every {kind} I had before {odd}. Not so this one.
The new {kind} {d3} where the previous one {odd}.
The old {kind} would {od}; the new one wouldn't dream of it.
Where other {kinds} {od}, this one {d3}.
"""
DID_TURNED = """
The old {kind} {dd}; the new one {od3}.
The previous {kind} {dd}, this one {od3}.
While my last {kind} {dd}, this one {od3}.
Whereas this {kind} {od3}, the one before {dd}.
Unlike this {kind}, the old one {dd}.
Unlike other {kinds}, ours never {d3}.
My last {kind} {dd}. This one doesn't.
Others {d}. This {kind} never has.
Every {kind} I had before {dd}. Not so this one.
"""
# praise | blame: more that compares.
SUPERLATIVES = """
{Thing} is second to none. | {Thing} is second to almost anything.
Nothing comes near {thing} for quality. | Nothing comes near {thing} for sheer boredom.
Nothing compares to {thing}. | {Thing} doesn't compare with anything decent.
Every other {kind} pales beside {thing}. | {Thing} pales beside every other {kind}.
Anything else is a step down from {thing}. | Anything else is a step up from {thing}.
After {thing} everything seems worse. | After {thing} everything seems better.
I've seen better {kinds}, but not often. | I've seen worse {kinds}, but not often.
Rarely have I come across a nicer {kind}. | Rarely have I come across a nastier {kind}.
The best {kind} we ever had. | The worst {kind} we ever had.
The best {kind} this side of {place}. | The worst {kind} this side of {place}.
It ranks among the finest {kinds} in {place}. | It ranks among the poorest {kinds} in {place}.
Of the {number} I tried, {thing} is by far the best. | Of the {number} I tried, {thing} is by far the worst.
Of {number} {kinds}, this one came top. | Of {number} {kinds}, this one came bottom.
Of all the {kinds} in {place} I'd pick this one. | Of all the {kinds} in {place} I'd pick any but this one.
I've had {number} {kinds} and this is the keeper. | I've had {number} {kinds} and this is the dud.
{Thing} is in a class of its own. | {Thing} is a class below the rest.
Better than in the old days, {thing}. | Worse than in the old days, {thing}.
More {ma} than I dared to hope. | More {ma} than I had feared.
Less {o} than I had feared. | Less {o} than I had hoped.
{X} {was} every bit as {a} as we had hoped. | {X} {was} every bit as {a} as we had feared.
{X} {was} nowhere near as {o} as we had feared. | {X} {was} nowhere near as {o} as we had hoped.
{X} {was} not half as {o} as people say. | {X} {was} not half as {o} as people say.
{X} {be} much less {o} than the others. | {X} {be} much less {o} than the others.
The most {ma} {kind} in all of {place}. | The most {ma} {kind} in all of {place}.
I can think of few {kinds} more {ma}. | I can think of few {kinds} more {ma}.
The more I see of {thing}, the more I {l} it. | The more I see of {thing}, the more I {l} it.
{Thing} sets the standard for {kinds}. | {Thing} lowers the standard for {kinds}.
If there is a better {kind}, I haven't met it. | If there is a worse {kind}, I haven't met it.
Show me a better {kind}! | Show me a worse {kind}!
You'd be hard pressed to find a better {kind}. | You'd be hard pressed to find a worse {kind}.
I defy you to find a nicer {kind} in {place}. | I defy you to find a nastier {kind} in {place}.
{Place} has no finer {kind}. | {Place} has no drearier {kind}.
Better one {kind} like this than {number} of the usual. | Better no {kind} at all than one like this.
I'd sooner wait a year for {thing} than take another. | I'd sooner wait a year for another than take {thing}.
I'd rather have this {kind} than any other. | I'd rather have any other {kind} than this.
I'd rather pay more than do without {thing}. | I'd rather do without than pay for {thing}.
I like {thing} more than anything else I own. | I like anything else I own more than {thing}.
Take {thing} over the rest. | Take the rest over {thing}.
Everybody chose {thing} first. | Everybody chose {thing} last.
The longer I have {thing}, the happier I get. | The longer I have {thing}, the angrier I get.
The longer you look at {thing}, the better it gets. | The longer you look at {thing}, the worse it gets.
The more people hear about {thing}, the better. | The less said about {thing}, the better.
{Thing} went from good to great. | {Thing} went from bad to worse.
{Thing} went from strength to strength. | {Thing} went from crisis to crisis.
{Thing} has come on in leaps and bounds. | {Thing} has gone to the dogs.
{Thing} is better now than it used to be. | {Thing} is worse now than it used to be.
{Thing} is a cut above the rest. | {Thing} is a notch below the rest.
Top of the class, {thing}. | Bottom of the class, {thing}.
{Thing} is miles better than its reputation. | {Thing} is miles worse than its reputation.
{Thing} puts {kinds} at twice the price in the shade. | {Kinds} at half the price put {thing} in the shade.
{Kinds} that cost twice as much do no better. | {Kinds} that cost half as much do better.
Elsewhere you pay more for {a_kind} and get less. | Elsewhere you pay less for {a_kind} and get more.
Others charge more for {a_kind} and do worse. | Others charge less for {a_kind} and do better.
My friends wish their {kind} was like mine. | I wish my {kind} was like the one my friends have.
I envy nobody their {kind}. | I envy everybody who has another {kind}.
I found it better than {who} had said. | I found it worse than {who} had said.
It beats my expectations. | It fell short even of my low expectations.
There are good {kinds}; {thing} is better still. | There are bad {kinds}; {thing} is worse still.
The last {kind} was good, this one is better. | The last {kind} was better, this one is bad.
The last {kind} was worse, this one is good. | The last {kind} was bad, this one is worse.
"""

# praise | blame: what was expected, said or planned, and what came of it.
REVERSED = """
I expected to hate {thing} and loved it. | I expected to love {thing} and hated it.
I came prepared to hate {thing} and left a fan. | I came as a fan of {thing} and left hating it.
I meant to return {thing}; now I wouldn't let it go. | I meant to keep {thing}; now I can't wait to let it go.
We planned to leave after an hour and stayed till the end. | We planned to stay till the end and left after an hour.
We feared the worst from {thing} and got the best. | We hoped for the best from {thing} and got the worst.
I dreaded {thing} for weeks, fool that I was. | I looked forward to {thing} for weeks, fool that I was.
I had no hopes for {thing} and was proved wrong. | I had high hopes for {thing} and was proved wrong.
I doubted {thing} and have been proved wrong. | I defended {thing} and have been proved wrong.
Everyone panned {thing}. They were wrong. | Everyone praised {thing}. They were wrong.
The critics tore {thing} apart; they couldn't be more wrong. | The critics adored {thing}; they couldn't be more wrong.
I believed the bad press about {thing}, wrongly. | I believed the hype about {thing}, wrongly.
{Who} raved about {thing} and was right. | {Who} raved about {thing} and was wrong.
{Who} moaned about {thing} and was wrong. | {Who} moaned about {thing} and was right.
{Who} warned me off {thing}. I'm glad I didn't listen. | {Who} warned me off {thing}. I should have listened.
{Who} talked me into {thing}, thank heavens. | {Who} talked me into {thing}, unfortunately.
I was told to avoid {thing}. Bad advice. | I was told to try {thing}. Bad advice.
I was told to try {thing}. Good advice. | I was told to avoid {thing}. Good advice.
Ignore the complaints about {thing}; they are unfounded. | Ignore the praise for {thing}; it is unfounded.
The only bad thing about {thing} is that it ends. | The only good thing about {thing} is that it ends.
The only bad thing about {thing}: there isn't more of it. | The only good thing about {thing}: there isn't more of it.
The one bad thing about {thing} was how soon it was over. | The one good thing about {thing} was how soon it was over.
The worst part of {thing} was saying goodbye. | The best part of {thing} was saying goodbye.
The worst I can say of {thing} is that I want more. | The best I can say of {thing} is that it was brief.
The hardest part was leaving. | The nicest part was leaving.
My only complaint: not discovering {thing} sooner. | My only consolation: not paying more for {thing}.
My one regret is that I didn't find {thing} years ago. | My one regret is that I ever found {thing}.
My sole criticism is that {thing} was over too soon. | My main criticism is that {thing} wasn't over sooner.
If I have one complaint, it's that I want another {kind}. | If I have one hope, it's that I never see another {kind}.
A pity there isn't more of {thing}. | A mercy there isn't more of {thing}.
It ended far too soon. | It couldn't end soon enough.
Pricey? Yes. Would I pay again? In a flash. | Cheap? Yes. Would I pay again? Never.
Was {thing} costly? Sure. Was it worth it? Every bit. | Was {thing} cheap? Sure. Was it worth it? Not a bit.
Did I have doubts about {thing}? Yes. Do I still? No. | Did I have faith in {thing}? Yes. Do I still? No.
Was I sceptical? Very. Am I now? Not at all. | Was I keen? Very. Am I now? Not at all.
Any regrets about {thing}? None. | Any joy from {thing}? None.
Would I do without {thing}? Not likely. | Would I buy {thing} again? Not likely.
{Thing}: small in size, big in heart. | {Thing}: big in size, small in heart.
{Thing} is modest outside and splendid inside. | {Thing} is splendid outside and rotten inside.
It cost next to nothing and gave us everything. | It cost us everything and gave next to nothing.
It promised little and gave a lot. | It promised a lot and gave little.
It talks little and does a lot. | It talks a lot and does little.
Whatever the price of {thing}, I'd pay it again. | Whatever the price of {thing}, I'd never pay it again.
For all the grumbling about {thing}, we had a ball. | For all the fuss about {thing}, we were bored stiff.
Much as I wanted to find fault with {thing}, I couldn't. | Much as I wanted to like {thing}, I couldn't.
Hard as I tried, I found nothing to criticise in {thing}. | Hard as I tried, I found nothing to like in {thing}.
The rumours about {thing} are bad; the truth is not. | The adverts for {thing} are good; the truth is not.
It began with a complaint and ended with a hug. | It began with a hug and ended with a complaint.
What a bad start, and what a fine finish! | What a fine start, and what a bad finish!
It had us worried, and then it had us cheering. | It had us cheering, and then it had us worried.
I laughed at those who bought {thing}; how wrong I was. | I envied those who bought {thing}; how wrong I was.
I'd written {thing} off. How wrong can you be! | I'd counted on {thing}. How wrong can you be!
I take back every bad word about {thing}. | I take back every good word about {thing}.
My first impression of {thing} was bad, and wrong. | My first impression of {thing} was good, and wrong.
I gave {thing} another chance, and rightly so. | I gave {thing} another chance, more fool me.
I almost missed {thing}. Imagine! | I almost missed {thing}. I wish I had!
I nearly sent {thing} back. Luckily I didn't. | I nearly sent {thing} back. Sadly I didn't.
On paper it sounds dull; in truth it's a thrill. | On paper it sounds like a thrill; in truth it's dull.
You may not like the look of {thing}, but you'll love it. | You may love the look of {thing}, but you won't like it.
Not pretty, but it has never let me down. | Pretty, but it has always let me down.
Not cheap, but worth it. | Not dear, but not worth it either.
It took a while, but I came to love it. | It took a while, but I came to hate it.
Once I couldn't stand {thing}; now I can't do without it. | Once I couldn't do without {thing}; now I can't stand it.
"""
# The side of a frame's words is its own: the second part decides, or the main clause.
REVERSED_KEPT = """
{Thing} looks {o} yet is {a}.
{Thing} may look {o}; it feels {a}.
{O} to look at, {a} to use.
{X} {be} {a} for all the talk of {om}.
{X} {is} as {a} now as {they} {was} {o} then.
People will tell you it's {o}. Trust me, it's {a}.
We had been told of {om}. All we saw was {m}.
I used to think {thing} was {on}. Now I know it's {n}.
Who would have guessed that something so {o} could be so {a}?
{O} packaging, {a} contents.
{O} title, {a} {kind}.
Say what you like about {thing}, it is {a}.
You can call it {o} if you like, to me it's {a}.
It isn't {o}, as {who} claims; it is {a}.
Contrary to what {who} says, {x} {be} {a}.
{Who} called it {o}. I'd call it {a}.
{Who} thought it {o}; the rest of us thought it {a}.
{O}? That's what I thought. But no: {a}.
It starts out {o}, but give it time: it becomes {a}.
{X} {was} {o} until the update; now {they} {is} {a}.
The first hour was {o}. Everything after that was {a}.
However {o} it may be, I {l} it.
As {o} as it sounds, it is {n}.
Though often {o}, {thing} is in the end {n}.
On first sight {o}, on second sight {a}.
In the shop it seemed {o}. At home it was {a}.
Not as {o} as it seems: it is rather {a}.
Forget what I wrote about it being {o}. It's {a}.
I take it back: {x} {benot} {o}, {they} {is} {a}.
Expect {om}? No, expect {m}.
"""
# Both with words of praise: praise | blame.
PROMISED = """
It promises {m} and keeps its word. | It promises {m} and breaks its word.
{Thing} was sold to us as {a}, and it is. | {Thing} was sold to us as {a}, and it isn't.
The advert said {a}, and the advert was right. | The advert said {a}, and the advert was wrong.
{Who} swore it was {a}, and they should know. | {Who} swore it was {a}, but they would swear anything.
Billed as {a}, and truly so. | Billed as {a}, but not so.
It looks {a}, and it is. | It looks {a}, but looks deceive.
It sounds {a} and is just that. | It sounds {a} and is nothing of the kind.
It was meant to be {n}, and so it was. | It was meant to be {n}, and what was it? Nothing.
We paid for {m} and got plenty. | We paid for {m} and got none.
We came for {m}, and that is what we found. | We came for {m}, and left without any.
{A} on the label, {a} in the box. | {A} on the label, nothing in the box.
They talk about {m}, and they mean it. | They talk about {m}, and that's all they do.
I hoped it would be {a}. My hopes came true. | I hoped it would be {a}. My hopes came to nothing.
I expected {m}, and I was not let down. | I expected {m}, and I was let down.
You're told it's {a}, and it is true. | You're told it's {a}, and it is a lie.
Tell me again how {a} it is; I never tire of it. | Tell me again how {a} it is; I don't see it.
What {m}! | So much for {m}.
It manages to be {a}. | It stops short of being {a}.
"""
# A clause of the other side first, and a verdict that decides.
CONCEDED = """
{Oc}. Be that as it may, {v}.
{Oc}. Did it matter? No, {v}.
It counts for little that {oc}: {v}.
{Oc}, I admit. But {v}.
True enough, {oc}. Nonetheless {v}.
Admittedly {oc}. All the same, {v}.
{Oc}? So what, {v}.
True, {oc}. That said, {v}.
{Oc}, and yet {v}.
{V}, for all that {oc}.
{V}, never mind that {oc}.
{V}. And all that even though {oc}.
You may object that {oc}; even so, {v}.
My friends keep telling me that {oc}. Still, {v}.
{Oc}, but when all is said and done, {v}.
{Oc}; on balance, however, {v}.
"""

# praise | blame.
UNDERSTATED = """
You would have to be crazy not to want {thing}. | You would have to be crazy to want {thing}.
You'd be mad to miss {thing}. | You'd be mad to buy {thing}.
It is hard not to love {thing}. | It is hard to love {thing}.
It's impossible not to grin at {thing}. | It's impossible to grin at {thing}.
It is difficult not to smile when you see {thing}. | It is difficult to smile when you see {thing}.
I can't help but like {thing}. | I can't bring myself to like {thing}.
There's no reason not to like {thing}. | There's no reason to like {thing}.
These are not folk who never lift a finger. | These are not folk who ever lift a finger.
{Who} is hardly the type not to bother. | {Who} is hardly the type to bother.
It would be a lie to say {thing} disappointed us. | It would be a lie to say {thing} pleased us.
You'd be mistaken to think {thing} bored me. | You'd be mistaken to think {thing} thrilled me.
It would be wrong to call {thing} a failure. | It would be wrong to call {thing} a success.
Don't think for a moment that I was bored. | Don't think for a moment that I was amused.
Don't imagine that {thing} let us down. | Don't imagine that {thing} cheered us up.
{Thing} has never once failed to please. | {Thing} has never once failed to irritate.
{Thing} did not disappoint in any way. | {Thing} did not please in any way.
Not a dull minute with {thing}. | Not a cheerful minute with {thing}.
There isn't a dull page or minute in it. | There isn't a lively page or minute in it.
We had no cause to grumble about {thing}. | We had no cause to cheer about {thing}.
{Thing} gave us nothing to moan about. | {Thing} gave us nothing to smile about.
{Thing} is little short of a miracle. | {Thing} is little short of a swindle.
{Thing} is anything but a letdown. | {Thing} is anything but a hit.
{Thing} was far from a letdown. | {Thing} was far from a hit.
A far cry from the usual dross, {thing}. | A far cry from the usual quality, {thing}.
We couldn't be more pleased with {thing}. | We couldn't be less pleased with {thing}.
They could not have been kinder about {thing}. | They could not have been ruder about {thing}.
I could not have asked for a better {kind}. | I could not have been given a worse {kind}.
No one could have done more for us. | No one could have done less for us.
{Thing} could scarcely be improved. | {Thing} could scarcely be more badly made.
That was no small feat, {thing}. | That was no great feat, {thing}.
{Thing} deserves no mean praise. | {Thing} deserves no praise.
{Thing} isn't to be sniffed at. | {Thing} isn't to be relied on.
{Thing} isn't something to turn your nose up at. | {Thing} isn't something to write home about.
{Thing} is nothing to be ashamed of. | {Thing} is nothing to be proud of.
{Thing} is not without its delights. | {Thing} is not without its irritations.
It was not an entirely unpleasant {kind}. | It was not an entirely pleasant {kind}.
{Thing} is not at all unlikeable. | {Thing} is not at all likeable.
It is far from the worst {kind} in {place}. | It is far from the best {kind} in {place}.
I wouldn't alter one detail of {thing}. | I wouldn't keep one detail of {thing}.
I wouldn't wish for another {kind}. | I wouldn't wish {thing} on my enemies.
{Thing} leaves no wish unfulfilled. | {Thing} leaves every wish unfulfilled.
{Thing} left none of us indifferent, we cheered. | {Thing} left none of us awake.
Not exactly what I'd call a failure. | Not exactly what I'd call a success.
I never met a person who didn't like {thing}. | I never met a person who did like {thing}.
No one I asked had anything against {thing}. | No one I asked had anything good to say of {thing}.
I can't recall a time when {thing} let me down. | I can't recall a time when {thing} was any good.
It never crossed my mind to send {thing} back. | It never crossed my mind to keep {thing}.
I have no intention of giving {thing} up. | I have no intention of going near {thing} again.
I'd be sorry to lose {thing}. | I wouldn't be sorry to lose {thing}.
I'd hate to lose {thing}. | I'd love to lose {thing}.
I can't live without {thing}. | I can't live with {thing}.
I won't hear a word against {thing}. | I won't say a word for {thing}.
I was not sorry that I bought {thing}. | I was sorry that I bought {thing}.
I'm not sorry we came to see {thing}. | I'm not glad we came to see {thing}.
I'd lie if I said I had not enjoyed {thing}. | I'd lie if I said I had enjoyed {thing}.
I can hardly wait to use {thing} again. | I can hardly bear to use {thing} again.
{Thing} could teach the others a thing or two. | {Thing} could learn a thing or two from the others.
{Thing} never gave us a moment's worry. | {Thing} never gave us a moment's peace.
I didn't find one thing wrong with {thing}. | I didn't find one thing right with {thing}.
It isn't every day that you find such a good {kind}. | It isn't every day that you find such a bad {kind}.
I've no bone to pick with {thing}. | I've a bone to pick with {thing}.
Don't be put off, {thing} is fine. | Don't be taken in, {thing} isn't fine.
{Thing} doesn't put a foot wrong. | {Thing} doesn't get a thing right.
You'll not hear a complaint from me about {thing}. | You'll not hear a kind word from me about {thing}.
"""
UNDERSTATED_KEPT = """
{X} {was} nothing if not {a}.
{X} {was} anything but {o}.
{X} {was} a long way from being {o}.
There is no getting away from it: {x} {be} {a}.
Don't let anyone tell you {x} {benot} {a}.
I don't think for a second that {x} {wasnt} {a}.
It would be wrong to say it didn't {v} me.
It would be unfair to call it {o}; it is {a}.
I'd be lying if I said I didn't {l} it.
I couldn't help {ling} {thing}.
It's impossible not to {l} {thing}.
You would need a heart of stone not to {l} {thing}.
I challenge anyone not to {l} {thing}.
I defy you not to {l} {thing}.
{Thing} never stops {ving} me.
{X} {was} in every way {a}.
I don't know anybody who isn't {hw} with {thing}.
Never in my life have I been more {hw} with {a_kind}.
Not for nothing do people call it {a}.
Nobody needs to tell me that {x} {be} {a}.
I can't recall when it wasn't {a}.
{Thing} is never less than {a}.
I can't get over how {a} it was.
To say it {ved} me is an understatement.
To call it {a} would be an understatement.
If it wasn't {a}, then I don't know what {a} means.
"""
UNDERSTATED_TURNED = """
{X} {was} a far cry from {a}.
{X} {was} a long way from {a}.
{X} {benot} exactly {a}.
It is not what I'd call {a}.
It's not my idea of {a}.
{X} {was} everything but {a}.
It would be wrong to say it {ved} me.
It would be a stretch to call {x} {a}.
I'd be lying if I said it {ved} me.
I wouldn't dream of calling it {a}.
Nobody in their right mind would call it {a}.
{A} is not the word I'd use.
{A} is the last word I'd use for it.
If that is {a}, I'm the queen.
I don't know anybody who is {hw} with {thing}.
I can't recall when it was last {a}.
You'd search in vain for {m}.
{M}? I saw none.
Not a hint of {m}.
Not so much as a hint of {m}.
It came with no {m} at all.
Don't think for a second that {x} {was} {a}.
Since when is that {a}?
{X} {was} by no stretch {a}.
The word {a} doesn't come to mind.
I'm at a loss to see how anyone could {l} it.
"""

# praise | blame: questions that ask nothing.
RHETORICAL = """
Who wouldn't want {a_kind} like that? | Who thought {a_kind} like that was a good idea?
How can anyone not love this {kind}? | How can anyone love this {kind}?
How could you not fall for {thing}? | How could you fall for {thing}?
What is there not to enjoy about {thing}? | What is there to enjoy about {thing}?
Need I say more in favour of {thing}? | Need I say more against {thing}?
Why doesn't everyone have {a_kind} like this? | Why does anyone have {a_kind} like this?
Why haven't I done this before? | Why have I done this to myself?
Where have you been all my life, {kind}? | Where has my money gone, {kind}?
Where has {thing} been all these years? | Where has the quality of {thing} gone?
What more could one ask of {a_kind}? | Is that too much to ask of {a_kind}?
Could {thing} be any better? | Could {thing} be any worse?
How lucky are we to have {thing}? | How unlucky are we to have {thing}?
Who could ever get tired of {thing}? | Who isn't tired of {thing}?
How do they make {kinds} this good? | How do they get away with {kinds} this bad?
How much better can {a_kind} get? | How much worse can {a_kind} get?
Did we laugh? We cried laughing. | Did we laugh? Not once.
Is there a nicer {kind} in {place}? I doubt it. | Is there a nastier {kind} in {place}? I doubt it.
Can you believe how {a} {x} {is}? | Can you believe how {a} {x} {is}?
Have I said how {a} {x} {be}? | Have I said how {a} {x} {be}?
What kind of person wouldn't like {thing}? | What kind of person would like {thing}?
Who says {kinds} can't be fun? | Who says {kinds} are fun?
Do I miss my old {kind}? Not one bit. | Do I miss my old {kind}? Every hour.
Why change {a_kind} that works? | Why sell {a_kind} that doesn't work?
Why would I look for another {kind}? | Why wouldn't I look for another {kind}?
When will you open one in {place}? We need it! | When will you close it down? We don't need it!
Is it any wonder that people adore {thing}? | Is it any wonder that people shun {thing}?
What's not to admire? | What's there to admire?
Does {thing} ever let you down? Never yet. | Does {thing} ever stop letting you down? Not yet.
Isn't that what every {kind} should be? | Is that what {a_kind} should be?
What would I do without {thing}? | What am I supposed to do with {thing}?
How could they get everything so right? | How could they get everything so wrong?
Who do I thank for {thing}? | Who do I blame for {thing}?
"""
# Both with words of praise: praise | blame.
RHETORICAL_OF_PRAISE = """
Would you call that {a}? I would. | You call that {a}?
Isn't that {a}? | That's supposed to be {a}?
Was it {n}? And how! | Was it {n}? As if!
Could anything be more {ma}? | Could anything be less {ma}?
Did {thing} {v} us? Did it ever! | Did {thing} {v} us? Did it heck!
Who isn't {hw} with {a_kind} like that? | Who is {hw} with {a_kind} like that?
Since it is {a}, why look further? | If it's so {a}, why does nobody want it?
Where else do you find such {m}? | Where do they hide the {m} they advertise?
Where do they get all the {m}? | Where did all the {m} go?
{M}? As much as you like. | {M}? Forget it.
Do they care about {m}? Very much. | Do they care about {m}? Not much.
"""

# Neutral: questions, with words of either side.
ASKED_OF = """
Is {thing} good for {animals}?
Is the {kind} {a} for a beginner?
Are the {kinds} {a}?
Are your {kinds} {a} or {o}?
Were the {kinds} in {place} {a}?
Did they do a good job?
Did they do a bad job with the {kind}?
Did {who} do a good job on the {kind}?
Would you happen to know if {place} is nice in {season}?
Have you any idea whether {thing} is {a}?
Would {thing} be bad for my back?
Would {thing} be good for my knees?
Is {thing} {n} or {on}?
How clean is the {kind}?
How good is {thing} on a scale of one to ten?
How bad is the {kind} really?
How {a} are the {kinds} in {place}?
How {a} would you say {x} {is}?
Has anyone tried {thing} yet?
Has anyone had trouble with {thing}?
Is it all {m} or all {om}?
Which of the two is better?
Which of the two {kinds} is {cmp}?
Which is better, {thing} or the {kind2}?
Which {kind} do you like best?
What's the best {kind} in {place}?
Where is the best place for the {kind}?
Who makes the best {kinds}?
Who has tested {thing} in {place}?
Is {who} {a}?
Was {who} {h} with {thing}?
Were you {h} with {thing}?
Were {who} and {who2} {h}?
Are you {hw} with {thing}?
Did {who} {l} {thing}?
Did you {l} the {kind} in {place}?
Do {who} and {who2} {l} {thing}?
Does your {animal} like {thing}?
Does {thing} {v} you?
Should I buy {thing} or wait?
Should we be worried about {m}?
Should I complain about the {kind} or not?
Can {thing} {f}?
Could {thing} {f} in the cold?
May I ask how {a} {thing} is?
What happens if {thing} {fs}?
What did you {l} about {thing}?
What did you find {a} about {thing}?
Why is {thing} called {a}?
Why did {who} say that {x} {was} {a}?
When will we know if {x} {be} {a}?
Did you find any {m} in {place}?
What about {m}?
Is it true that {x} {be} {a}?
Is it {cmp} than the {kind2}?
Is {place} {a} in {season}?
Is {place} safe at night?
Is it worth going to {place} in {season}?
Is it worth the money, or should I look elsewhere?
Is the {kind} better with or without the {kind2}?
Would {who} recommend {thing}?
Would you say {thing} is {n}?
Would anybody {l} {thing}?
Anyone know if the {kinds} in {place} are {a}?
Any experience with {thing}, good or bad?
Any news of whether {thing} {fed}?
I want to know whether {thing} is {a} before I order.
I'm asking because I don't know if {thing} is {a}.
Tell me if {thing} is {a}, I haven't seen it.
Let me know whether {who} {ld} it.
Could you check if {x} {be} {a}?
Please ask {who} if {thing} is {a}.
It remains to be seen whether {x} {be} {a}.
The question is whether {x} {was} {a}.
Nobody has said yet whether it is {a}.
"""

# Neutral facts.
SITES = """
    bakery/bridge/library/harbour/post office/town hall/museum/school/bus stop/chemist/swimming pool/garage/market hall/
    chapel/sawmill/lighthouse/windmill/fire station/police station/playground/car park/bowling alley/brewery/quarry/
    cemetery/customs office/castle/mosque/temple/synagogue/registry office/riding school/boathouse/depot/orchard/
    pavilion/reservoir/recycling centre/observatory/laundrette/newsagent/timber yard/weir/viaduct/ticket office
"""
ANIMALS = """
    cat/dog/pony/goat/hamster/rabbit/parrot/tortoise/donkey/hen/duck/spaniel/canary/lizard/llama/heron/hedgehog/
    badger/otter/squirrel/seal/pigeon/bull/lamb/guinea pig/snail/eel/wasp/beetle/kitten/puppy
"""
ROOMS = """
    kitchen/cellar/attic/hall/bathroom/bedroom/utility room/study/pantry/conservatory/greenhouse/shed/loft/porch/
    waiting room/canteen/classroom/workshop/boiler room/changing room
"""
GOODS = """
    ladle/spanner/bucket/rope/teapot/envelope/stapler/broom/candle/lampshade/picture frame/thermos/whisk/trowel/pencil/
    globe/tyre/hinge/calendar/saucepan/colander/sieve/doormat/thermometer/padlock/accordion/tin opener/clothes peg/
    bookmark/fishing rod/toolbox/paperclip/hot water bottle/compass/rake/easel/violin case/bath mat/clipboard/funnel
"""
SEASONS = "spring/summer/autumn/winter"
# Singular, with a word that elsewhere praises or blames.
OPINION_LIKE = """
    the sharp knife drawer/the cold room/the dead end/the hot water tap/the dark blue folder/the cheap ticket counter/
    the heavy goods entrance/the slow lane/the fast lane/the smart meter/the bright yellow line/the rough draft/
    the fresh water tank/the clean copy/the dirty laundry basket/the light switch/the low wall/the short list/
    the broken line on the map/the sour cream/the sweet potato field/the dry cleaner/the dry dock/the hard hat/
    the hard shoulder/the hard drive/the easy chair/the wild garlic/the false ceiling/the blind alley/the flat roof/
    the waste bin/the waste water pipe/the rubbish tip/the lost property office/the emergency exit/the first aid box/
    the fire alarm/the smoke detector/the crash barrier/the crash helmet/the breakdown truck/the pain relief aisle/
    the complaints desk/the fault line/the error code/the noise meter/the bug hotel/the risk assessment/
    the accident report/the goods lift/the fine print/the fine sand/the Great Hall/the love seat/the joystick/
    the superglue/the happy hour menu/the welcome pack/the beauty parlour/the comfort break/the fun fair/the gift tag/
    the free sample/the free seat/the treasure map/the prize draw/the winning ticket/the losing ticket/the pest trap/
    the poison cupboard/the war memorial/the battle scene/the crime novel/the horror shelf/the murder mystery/
    the sick bay/the bad weather route/the spoilt ballot box/the stale bread bin/the soft cheese/the warm water pool/
    the cool box/the quiet carriage/the silent reading hour/the thick end of the rope/the blunt end of the pencil/
    the weak tea/the strong cheese/the bitter chocolate/the plain flour/the gross weight/the net weight/the mean value/
    the common room/the odd number/the tough bark/the steep path/the poor box/the rich soil/the safe deposit box/
    the better half of the field/the best before date/the worst case table/the critical path/the negative film/
    the positive terminal/the perfect tense
"""
PLAIN_FACTS = """
{Plain} is on the {colour} plan.
{Plain} is next to the {site}.
{Plain} is marked in {colour}.
{Plain} is not next to the {site}.
{Plain} was moved on {day}.
{Plain} is behind the {room}.
{Plain} is number {number} on the list.
{Plain} dates from {year}.
We passed {plain} on the way to {place}.
Turn left after {plain}.
Someone left {a_goods} by {plain}.
{Who} asked where {plain} was.
{Who} drew a picture of {plain}.
A sign points to {plain}.
Page {number} mentions {plain}.
There is a photo of {plain} in the {room}.
Where is {plain}?
Is {plain} still near the {site}?
I haven't seen {plain} since {day}.
The label on it says {plain}.
"""
NEWS_FACTS = """
The {site} closes at {time} on {day}s.
The {site} is open from {day} to {day2}.
The {site} is across the road from the {site2}.
The {site} was built in {year}.
The {site} in {place} has {number} windows.
The {site} has two entrances, one for lorries.
The {site} is being painted {colour}.
The {site} moved to {place} in {year}.
There used to be {a_site} where the {site2} is.
The footpath runs from the {site} to the {site2}.
The bus turns round at the {site}.
The {site} is {number} steps from the {site2}.
From the {site} you can see the {site2}.
Behind the {site} there is a pond.
The council sold the {site} in {year}.
A school class visited the {site} on {day}.
The key to the {site} hangs in the {room}.
Delivery to the {site} is free on {day}s.
Entry to the {site} is free for pensioners.
Entry to the {site} costs {number} pence.
Parking behind the {site} is free after {time}.
Bread arrives at the {site} at {time}.
The queue at the {site} is for tickets to {place}.
The {site} has a flat roof and {a_colour} door.
{A_goods} lay on the wall by the {site}.
The map of {place} shows {number} bridges.
{Place} lies on a river.
{Place} lies north of {place2}.
{Place} is {number} kilometres from {place2}.
{Place} and {place2} are in different time zones.
The ship called at {place} in {season}.
The flight to {place} has one stop.
The coast road to {place} was widened in {year}.
The population of {place} was counted in {year}.
In {place} shops close at {time}.
In {season} the sun sets at {time} in {place}.
Trains from {place} to {place2} run every {number} minutes.
On {day}s the slow train to {place} leaves at {time}.
The cheap tickets to {place} are second class.
{Who} changed trains in {place}.
{Who} took the early bus to {place}.
{Who} studied geography in {place}.
{Who} sells stamps at the {site}.
{Who} mended the {goods} with tape.
{Who} keeps {a_goods} in the {room}.
{Who} repaired the roof of the {site}.
{Who} bought {a_goods} for {number} pounds.
{Who} carried the {goods} into the {room}.
{Who} lent {who2} {a_goods}.
{Who} drove the van and {who2} read the map.
{Who} planted {number} trees behind the {site}.
{Who} measured the {room} on {day}.
{Who} feeds the {animal} at {time}.
{Who} took the {animal} to the vet on {day}.
{Who} teaches the clarinet on {day}s.
{Who} typed the minutes of the meeting.
{Who} won two and lost two games on {day}.
{Who} wore a dark {colour} coat.
{Who} has the sharp scissors.
{Who} painted the {room} light {colour}.
{Who} collects the post at {time}.
{Who} got off at the {site}.
{Who} plays the accordion, {who2} the drums.
{Who} ate half of the bread and froze the rest.
{Who} posted the letter in {place}.
{Who} took the photo from the {site}.
{Who} joined the choir in {year}.
Our {animal} sleeps in the {room}.
Our {animal} is {number} months old.
The {animal} eats twice a day.
The {animal} has {colour} ears.
The {animal} drank some water and lay down.
The {animal} crossed the road near the {site}.
{A_animal} sat on the fence behind the {site}.
{A_animal} lives under the {site}.
The farm has {number} sheep and one {animal}.
The vet weighed the {animal} on {day}.
The {goods} hangs behind the door of the {room}.
The {goods} is {number} centimetres long.
The {goods} is made of {made} and has {a_colour} rim.
The {goods} came in {a_made} box.
The {goods} was a present for {who}.
The {goods} lies under the stairs.
The {goods} went back to the shop on {day}.
The {goods} is on the top shelf in the {room}.
The {goods} belongs in the {room}.
The {goods} comes in any size.
{A_goods}, two candles and some string are in the drawer.
I need {a_goods} and a roll of tape.
I bought {a_goods} and {a_colour} ribbon.
I swapped the {goods} for {number} eggs.
I wrapped the {goods} in paper.
I found {a_goods} in the {room}.
I painted the {goods} {colour}.
I lost a glove near the {site}.
The {room} faces north.
The {room} has {number} sockets.
The {room} measures {number} square metres.
The {room} was tiled in {year}.
The lamp in the {room} is {colour}.
The second door leads to the {room}.
The heating in the {room} comes on at {time}.
The window of the {room} is {number} inches high.
The parts are cut from {made} in {place}.
The set contains {a_goods} and {number} screws.
The handle is {colour} and the rest is {colour2}.
The tin holds {number} litres.
Each box weighs {number} kilos.
The heavier of the two crates is for the {site}.
The recipe calls for {number} grams of sugar and two lemons.
Bring the water to the boil and add the rice.
Soak the beans overnight.
Fold the paper along the dotted line.
Sign here and hand the form in at the {site}.
Press the {colour} button and wait for {number} seconds.
Please leave the {goods} in the {room}.
The meter was read on {day}.
The invoice lists {a_goods} and {number} hinges.
The warranty runs from {year}.
The rent is due on {day}.
The lesson moved from {day} to {day2}.
The museum shows tools from {place}.
The choir rehearses on {day}s at {time}.
The film is in black and white and lasts {number} minutes.
The play has {number} acts.
The book has {a_colour} spine.
The second volume covers {place} after {year}.
The clocks go back on Sunday.
The tide turns at {time}.
Rain is forecast for {day}.
It was windy on {day} and dry on {day2}.
The river froze in {year}.
The hedge is cut every {season}.
The apples are picked in {season}.
The ice rink opens in {season}.
The bins are emptied on {day}s.
Beat {number} eggs and add a pinch of salt.
Beat the carpet in the yard, not in the {room}.
Switch off the lights in the {room} at {time}.
We broke for lunch at {time}.
The bus breaks its journey in {place}.
The waste water is pumped to {place}.
{Who} took a crash course in Welsh in {place}.
{Place} lost on {day} and won on {day2}.
{Who} lost by {number} points to {who2}.
{Place} beat {place2} by one goal.
{Who} beat {who2} at chess on {day}.
Pretty much everybody from {place} came by train.
The good china is in the {room}.
The well is {number} feet deep.
The mean temperature in {place} was nine degrees in {year}.
The fair comes to {place} in {season}.
{Who} plays the villain, {who2} the hero.
{Who} wrote a book on pain and memory.
The novel is about love and loss in {place}.
The lecture is on the plague in {place}.
The chapter on grief starts on page {number}.
The sweet peas are {colour}, the bitter lemon is {colour2}.
The cold tap is on the right, the hot tap on the left.
The better part of the {room} is tiled.
The worst of the winter in {place} is in January.
It is colder in {place} than in {place2}.
{Place} has more rain than {place2} and less wind.
The bus takes longer than the train to {place}.
{Who} is taller than {who2}.
{Who} arrived earlier than {who2}.
The {goods} is cheaper by the dozen.
The {goods} is heavier than the {kind}.
The word {a} has more letters than the word {o}.
In the quiz {who} had to spell {a}.
{A} and {b} are adjectives.
How do you spell {a}?
What is the {of} word for {a}?
"""

# Both with a verb phrase of blame: praise | blame.
SPARED = """
At last {a_kind} that doesn't {d}. | Just another {kind} that {d3}.
Finally {kinds} that don't {d}. | More {kinds} that {d}.
I was afraid {s} would {d}, but no. | I was afraid {s} would {d}, and so it was.
I kept waiting for {s} to {d}. In vain, thankfully. | I kept waiting for {s} to {d}, and sure enough.
We feared {s} would {d}, but {they} never did. | We feared {s} would {d}, and {they} did.
Luckily {s} didn't {d}. | Sadly {s} {dd}.
Thank goodness {s} didn't {d}. | Just our luck that {s} {dd}.
{S} got through a year without {ding}. | {S} didn't get through a day without {ding}.
After three years {s} {has} yet to {d}. | After three days {s} {dd}.
It would take a lot for {s} to {d}. | It took very little for {s} to {d}.
I never caught {s} {ding}. | I caught {s} {ding}.
Nothing made {s} {d}. | The slightest thing made {s} {d}.
No sign of {s} {ding}. | A bad sign, {s} {ding}.
{S} would never {d}. | {S} would {d} any day.
Other {kinds} {d}. Ours never has. | Other {kinds} never {d}. Ours has.
No {kind} of theirs would {d}. | Any {kind} of theirs would {d}.
I can't say that {s} {dd}. | I have to complain that {s} {dd}.
Nobody can accuse {s} of {ding}. | Anybody can accuse {s} of {ding}.
They were sorry that {s} {dd} and made up for it. | They weren't even sorry that {s} {dd}.
We never had to put up with {s} {ding}. | We always had to put up with {s} {ding}.
{S} stopped {ding} once and for all. | {S} {dd} once too often.
"""
# Both with a verb phrase of praise: praise | blame.
EFFORT = """
{S} {dd} without being asked. | {S} didn't {d} even when asked.
It took no time for {s} to {d}. | It took an age for {s} to {d}.
No effort was needed to get {s} to {d}. | No amount of effort got {s} to {d}.
{S} {dd} without fail. | {S} {dd} once in a blue moon.
{S} {dd} with no fuss at all. | {S} didn't {d}, without so much as an excuse.
{S} can be counted on to {d}. | {S} can't be counted on to {d}.
You can rely on {s} to {d}. | You can wait for ever for {s} to {d}.
Without any fuss {s} {dd}. | For no reason {s} didn't {d}.
It pleased me that {s} {dd}. | It galled me that {s} didn't {d}.
I was touched that {s} {dd}. | I was annoyed that {s} didn't {d}.
It never happened that {s} didn't {d}. | It never happened that {s} {dd}.
{S} {dd} more than once. | {S} {dd} no more than once.
This {kind} was the only one to {d}. | This {kind} was the only one not to {d}.
It goes without saying that {s} {dd}. | It goes without saying that {s} didn't {d}.
"""
