"""The words and sentence frames of own_sentences.py: what is reviewed, what can be said of it, and in which frames.

In: nothing. Out: tables. Filling frames is left to own_sentences.py. In a frame, {x} is what an adjective is about,
such as "the room"; {a} and {b} are adjectives, {o} is the opposite of {a}; {be}, {is}, {was}, {benot} and {wasnt} agree
with {x}; {y}, {bey} and {p} are another {x}, {be} and {o}. {thing} is what is reviewed, such as "this hotel"; {kind} is
the word for its like; {v} is a verdict, an emoji or a rating.
"""

from __future__ import annotations

# Of each subject: what it is called, and the word for its like.
THINGS = {
    "hotels": ("this hotel, the guesthouse, that little inn", "hotel"),
    "phones": ("this phone, the handset, my new phone", "phone"),
    "food": ("this restaurant, the pizza place, that noodle bar", "restaurant"),
    "delivery": ("this courier, the delivery service, that parcel firm", "courier"),
    "apps": ("this app, the weather app, the new version", "app"),
    "films": ("this film, the sequel, that documentary", "film"),
    "service": ("their support team, the help desk, this shop", "shop"),
    "books": ("this book, the novel, that thriller", "book"),
    "clothes": ("this jacket, my winter coat, the pair I bought", "jacket"),
    "kitchens": ("this kettle, the blender, our toaster", "kettle"),
}

# "= " marks a plural. Pairs: praise/blame.
ASPECTS = {
    "hotels": """
        the room: clean/dirty quiet/noisy spacious/cramped
        the bed: comfortable/lumpy
        the lobby: elegant/shabby welcoming/gloomy
        = the housekeepers: helpful/rude
        the shower: lovely/horrible""",
    "phones": """
        the screen: sharp/blurry responsive/sluggish
        the battery: reliable/unreliable strong/weak
        the camera: excellent/poor
        = the buttons: sturdy/flimsy handy/awkward
        = the speakers: clear/tinny""",
    "food": """
        the curry: tasty/bland delicious/disgusting
        = the fries: crisp/soggy
        = the waiters: attentive/careless polite/rude
        = the portions: generous/stingy
        the soup: good/bad""",
    "delivery": """
        = the drivers: punctual/late friendly/grumpy careful/careless
        the packaging: sturdy/flimsy neat/messy
        the shipping: fast/slow smooth/chaotic
        = the parcels: dry/soaked""",
    "apps": """
        = the menus: clear/confusing intuitive/baffling
        the update: useful/useless stable/buggy
        the search: quick/slow accurate/unreliable
        the design: handy/annoying great/terrible""",
    "films": """
        the plot: clever/silly gripping/boring
        the acting: convincing/wooden brilliant/dreadful
        the ending: satisfying/disappointing moving/predictable
        = the jokes: funny/lame
        the soundtrack: beautiful/irritating""",
    "service": """
        = the agents: polite/impatient competent/clueless
        the help: useful/useless excellent/poor
        = the answers: quick/slow honest/evasive
        = the people at the desk: friendly/rude""",
    "books": """
        the story: exciting/dull original/tired good/bad
        = the characters: believable/shallow lovable/annoying
        the prose: elegant/clumsy
        = the chapters: entertaining/tedious""",
    "clothes": """
        the fabric: soft/scratchy wonderful/awful
        = the seams: neat/sloppy
        = the shoes: comfortable/painful stylish/ugly
        the fit: perfect/terrible""",
    "kitchens": """
        the motor: quiet/noisy powerful/weak
        = the instructions: clear/confusing helpful/useless
        the lid: solid/leaky
        the handle: great/awful""",
}

# Frames about an adjective that turn it round.
NEGATED = """
{X} {benot} {a}.
{X} {benot} {a} at all.
{X} {be} not {a}.
{X} {be} not very {a}.
{X} {be} never {a}.
I didn't find {x} {a}.
I wouldn't call {x} {a}.
Nobody in our group called {x} {a}.
None of us thought {x} {was} {a}.
{X} {be} far from {a}.
{X} {be} anything but {a}.
{X} {be} hardly {a}.
I don't think {x} {be} {a}.
I can't say that {x} {be} {a}.
There is nothing {a} about {x}.
In no way {be} {x} {a}.
I had read that {x} {was} {a}. Not true!
{X} {a}? Not in my experience.
{X} {be} not {a} in the slightest.
{X} {be} neither {a} nor {b}.
Some say that {x} {be} {a}. Wrong!
{X} {benot} the least bit {a}.
At no time {was} {x} {a}.
What I did not expect: {x} {wasnt} {a}.
Not a single time {was} {x} {a}.
"""

# Frames with the same words that leave it as it is.
KEPT = """
{X} {be} {a}, not {o}.
{X} {be} not {o} but {a}.
{X} {be} not only {a} but {b} too.
{X} {be} {a}, no doubt about it.
It is no secret that {x} {be} {a}.
I can't believe how {a} {x} {be}.
Not everyone will care, but {x} {be} {a}.
No wonder people talk about it: {x} {be} {a}.
I've never known anything like it, {x} {was} so {a}.
I didn't know that {x} {was} {a}. Now I do.
Don't think twice, {x} {be} {a}.
In my experience {x} {be} {a}.
{X} {be} {a}.
{X} {be} {a} at all times.
{X} {be} very {a}.
{X} {be} {a} every single time.
All of us thought {x} {was} {a}.
I had read that {x} {was} {a}. True!
I found {x} {a}.
Some say that {x} {be} {a}. Right!
I would call {x} {a} and {b}.
Never mind the price, {x} {be} {a}.
There is something {a} about {x}.
{X} {be} as {a} as ever, nothing new there.
I can't think of a better word: {x} {be} {a}.
"""

# Frames with two negations, which leave an adjective as it is, or three, which turn it round.
DOUBLE = """
I can't say {x} {benot} {a}.
Nobody could claim that {x} {benot} {a}.
It is not true that {x} {be} not {a}.
There wasn't a day when {x} {wasnt} {a}.
I don't agree that {x} {benot} {a}.
Don't listen to those who say {x} {benot} {a}.
No one can deny that {x} {be} {a}.
There is no denying it: {x} {be} {a}.
Never once {was} {x} anything other than {a}.
I have no doubt that {x} {be} {a}.
It's not as if {x} {benot} {a}.
You won't hear me say that {x} {benot} {a}.
"""
TRIPLE = """
No doubt about it, {x} {benot} {a}.
I never doubted it: {x} {benot} {a}.
Nobody can deny that {x} {benot} {a}.
I can't pretend {x} {be} {a}, no matter who asks.
There is no denying that {x} {benot} {a}.
It's no secret that {x} {be} not {a}.
"""

# Frames that differ in one or two words: praise | blame.
DOUBLE_PAIRS = """
Not one of us was disappointed by {thing}. | Not one of us was impressed by {thing}.
{Thing} never fails to delight me. | {Thing} never fails to annoy me.
There is nothing I don't like about {thing}. | There is nothing I do like about {thing}.
Nobody I know dislikes {thing}. | Nobody I know likes {thing}.
{Thing} is not without its charm. | {Thing} is not without its faults.
I never had to doubt {thing}. | I never had to praise {thing}.
It isn't that I didn't like {thing}: I loved it. | It isn't that I didn't try {thing}: I hated it.
I could not be less unhappy with {thing}. | I could not be less happy with {thing}.
You would not be unwise to try {thing}. | You would not be wise to try {thing}.
I can't think of a reason to avoid {thing}. | I can't think of a reason to choose {thing}.
Hardly anyone is unhappy with {thing}. | Hardly anyone is happy with {thing}.
No one left without praise for {thing}. | No one left without a complaint about {thing}.
"""
LITOTES = """
Not bad at all, {thing}. | Not good at all, {thing}.
{Thing} couldn't be better. | {Thing} couldn't be worse.
{Thing} could hardly be better. | {Thing} could hardly be worse.
{Thing} is never boring. | {Thing} is never exciting.
{Thing}: never dull, not even once. | {Thing}: never fun, not even once.
I can't complain about {thing}. | I can't recommend {thing}.
No complaints about {thing}. | No recommendation for {thing}.
No regrets about {thing}. | No joy with {thing}.
I have nothing bad to say about {thing}. | I have nothing good to say about {thing}.
I was not disappointed with {thing}. | I was not happy with {thing}.
You won't regret {thing}. | You won't enjoy {thing}.
I wouldn't change a thing about {thing}. | I wouldn't spend a penny on {thing}.
I can't get enough of {thing}. | I can't get used to {thing}.
I can't praise {thing} enough. | I can't warn you enough about {thing}.
I know of no better {kind}. | I know of no worse {kind}.
There isn't a better {kind} around. | There isn't a worse {kind} around.
{Thing} has never let me down. | {Thing} has never been any use.
I couldn't ask for more than {thing}. | I couldn't wait to be rid of {thing}.
What's not to like about {thing}? | What's there to like about {thing}?
{Thing} isn't half bad. | {Thing} isn't that great.
Nothing wrong with {thing}. | Nothing right about {thing}.
It doesn't get any better than {thing}. | It doesn't get any worse than {thing}.
You can't go wrong with {thing}. | You can't rely on {thing}.
{Thing} is not to be missed. | {Thing} is not to be trusted.
I couldn't be happier with {thing}. | I couldn't be angrier about {thing}.
Never a bad day with {thing}. | Never a good day with {thing}.
I wouldn't want to be without {thing}. | I wouldn't want to deal with {thing} again.
Not a bad choice, {thing}. | Not a good choice, {thing}.
"""
# The telling words of those above, without a negation.
PLAIN = """
I recommend {thing} to people. | I complain about {thing} to people.
I enjoy {thing}. | I regret {thing}.
{Thing} is exciting. | {Thing} is boring.
{Thing} is fun. | {Thing} is dull.
I am happy with {thing}. | I am disappointed with {thing}.
I praise {thing} all day. | I warn everyone about {thing}.
I have good things to say about {thing}. | I have bad things to say about {thing}.
A good choice, {thing}. | A bad choice, {thing}.
A better {kind} than most. | A worse {kind} than most.
{Thing} is good. | {Thing} is bad.
Simply good, {thing}. | Simply bad, {thing}.
It was a good week with {thing}. | It was a bad week with {thing}.
{Thing} was good from the start. | {Thing} was bad from the start.
Really good, {thing}, any day. | Really bad, {thing}, any day.
{Thing} is good enough for me. | {Thing} is too bad for me.
Everything is right with {thing}. | Everything is wrong with {thing}.
You can rely on {thing}. | {Thing} let me down.
I will be using {thing} again. | I will be without {thing} from now on.
{Thing} keeps its promises. | {Thing} breaks its promises.
A joy, {thing}. | A disappointment, {thing}.
{Thing} can be trusted. | {Thing} can be forgotten.
"""

VERDICTS = """
I would choose it again | I would choose another next time
I am glad I tried it | I am sorry I tried it
we had a great time | we had a miserable time
it won me over | it lost me
I love it | I hate it
it was worth every cent | it was a waste of money
I am happy overall | I am unhappy overall
we will be back | we will go elsewhere
that did not spoil it | that did not save it
I would not want to miss it | I would not want it for free
"""
CONTRASTS = """
{X} {be} {o}, but {v}.
Although {x} {be} {o}, {v}.
{V}, even though {x} {be} {o}.
{X} {be} {o}. Still, {v}.
{X} {be} {o}; however, {v}.
Yes, {x} {be} {o}, yet {v}.
I know that {x} {be} {o}. {V} anyway.
I expected {x} to be {o}, but {they} {was} {a}.
{X} used to be {o}, but now {they} {is} {a}.
Everyone told me that {x} {was} {o}, but I find {them} {a}.
{X} looked {o} at first but turned out to be {a}.
I thought {x} would be {o}. Instead, {they} {was} {a}.
"""
MIXED = """
{X} {be} {a}, but {y} {bey} {p}.
{X} {be} {a}; {y}, on the other hand, {bey} {p}.
On some days {x} {be} {a}, on others {o}.
{X} {be} sometimes {a} and sometimes {o}.
"""

COMPARED = """
{Thing} is better than my last {kind}. | {Thing} is worse than my last {kind}.
I prefer {thing} to all the others. | I prefer all the others to {thing}.
Of all I have tried, {thing} comes first. | Of all I have tried, {thing} comes last.
{Thing} does more than it promises. | {Thing} promises more than it does.
No other {kind} is as good as this. | Any other {kind} is as good as this, or better.
My last {kind} was worse than this one. | My last {kind} was better than this one.
{Thing} beats the rest. | The rest beats {thing}.
{X} {be} as {a} as I had hoped. | {X} {be} as {a} as I had feared.
"""
COMPARED_LESS = """
{X} {be} less {a} than I expected.
{X} {be} not as {a} as I had hoped. | {X} {be} not as {a} as I had feared.
"""

EMOJIS = {
    "positive": "😍 🥰 😊 😀 😃 😄 😁 👍 👏 🎉 ❤️ 💯 🤩 😋 🙌 💖 🥳 😎 👌 🙂 😻 🏆 ✅ :) :-) :D <3 ;-) =) (: ^_^",
    "negative": "😡 😠 🤬 👎 😞 😢 😤 🤮 🤢 💩 😒 🙄 😩 😫 😖 💔 😣 🙁 ☹️ 😾 🗑️ ❌ :( :-( :'( >:( D: =( :/ -_-",
    "neutral": "😐 😶 🤷 🤔 🫤 ☕ 🕒 📅 📷 📌 📝 📍 🧾 📎 🔎 ⏰ 🔔 🛍️ ℹ️",
}
EMOJI_FRAMES = """
{v}{v}{v}
{thing} {v}
{v} {thing}
{Thing}, day one {v}
So that was {thing} {v}
Three weeks with {thing} {v}
My opinion of {thing}: {v}
Just tried {thing} {v}{v}
{v} that's all I have to say about {thing}
Me after {thing}: {v}
Second time with {thing}. {v}
Thinking about {thing} {v}
"""
EMOJI_ADJECTIVES = """
{X} {be} {a} {v}
{X} {a}? Yes {v}
{v} {X} {be} so {a}
"""

# Numbers of five and of ten: the label is that of the number.
RATING_FRAMES = """
{v}
{v} for {thing}.
{Thing}: {v}
{Thing} gets {v} from me.
I give {thing} {v}.
My rating of {thing} is {v}.
{v}, and I have tried them all.
Rated {thing} {v} after a month.
We agreed on {v} for {thing}.
"""
OF_FIVE = (
    "{n}/5 | {n} out of 5 | {stars} | {word} | {n} stars | {n} of 5 stars | {word} out of five | {solid} | {n}.0/5"
)
OF_TEN = "{n}/10 | {n} out of 10 | {n} / 10 | {n} points out of 10"

SHORT = {
    "positive": """
        Recommended. / Thumbs up! / Two thumbs up / Would buy again. / Worth it / A+ / Love it / Loved it! / Top /
        Spot on. / Well done / Five stars from me / Full marks / Bravo! / Yes, yes, yes / Nice one / Keeper / Go for
        it / Pure joy / A winner / Money well spent / Very happy / Exactly what I wanted / Superb / Great value /
        Works / works like a charm / A gem / So good / 10 points / Happy customer / Splendid""",
    "negative": """
        Avoid. / Thumbs down! / Two thumbs down / Would never buy again. / Worthless / D minus / Hate it / Hated it! /
        Flop / Way off. / Badly done / One star from me / Zero marks / Boo! / No, no, no / Nasty one / Binned / Stay
        away / Pure misery / A loser / Money down the drain / Very unhappy / Exactly what I feared / Rubbish / Poor
        value / Broken / breaks like glass / A dud / So bad / 0 points / Unhappy customer / Dire""",
    "neutral": """
        ok. / OK I guess / it's ok / okay. / okay, nothing more / just okay / so-so / Average / average at best and at
        worst / Middling / neither good nor bad / It does what it does / meh, fine / Mixed feelings / 50/50 / Could go
        either way / Three stars, I suppose / ordinary / Nothing special, nothing terrible / ok, fine / no opinion /
        no strong feelings / It's alright / Acceptable / It is what it is / decent enough, no more / fair / Undecided
        / mediocre but ok / meh / the usual / I have no view on it / Not sure yet""",
}

FACTS = """
{Thing} was mentioned in the paper on {day}.
I first heard of {thing} on {day}.
We have known {thing} since {day}.
The receipt for {thing} is dated {day}.
My brother told me about {thing} last {day}.
There is an article about {thing} in the {day} paper.
I paid for {thing} by card.
Has anyone here tried {thing}?
Is {thing} any good?
Is {thing} any better than it was on {day}?
Which {kind} would you take?
My question is about {x}.
Can someone tell me if {x} {be} {a}?
Was it {a} or {o}? I'm asking about {x}.
I have not tried {thing} yet.
Who told you about {thing}?
I'm looking for another {kind} for my parents.
A colleague asked me about the same {kind}.
"""
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
