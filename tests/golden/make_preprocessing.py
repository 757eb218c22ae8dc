"""Writes preprocessing.json: what the tutorial's own statements give for a few texts. See README.md beside it."""

import json
import re
import sys
from collections import Counter
from pathlib import Path

TEXTS = [
    "This film was GREAT!!! I loved it, loved it, loved it.<br /><br />10/10 would watch again.",
    "Don't bother: the plot isn't there, the acting's wooden & the ending... well, it ends.",
    "A so-so movie -- not bad, not good; 2.5 stars (out of 5).",
    "",
    "   \t\n  ",
    "1234 5678 90",
    "?!? ... --- ***",
    "The the THE tHe",
    "snake_case and __dunder__ stay, as word characters do",
    "caf\u00e9 na\u00efve \u00dcber STRASSE stra\u00dfe \u00c6ther",
    "ΕΛΛΗΝΙΚΟΣ ΟΔΟΣ Σ ΣΑΣ. ΟΣ' ΟΣ'Α",
    "ИСТОРИЯ фильма была хороша",
    "\u6620\u753b \u3068\u3066\u3082\u826f\u3044 \u3000\u5168\u89d2\u3000\u7a7a\u767d",
    "\u0130stanbul ISTANBUL \u0131l\u0131k",
    "temperature in 300 \u212a or 20 \u212b",
    "non\u00a0breaking\u2003spaces\u2028separate\x85words\x1ctoo\x1funit",
    "zero\u200bwidth\u200dmarks and soft\u00adhyphens join",
    "\u00b2 squared \u00bd half \u2460 circled \u2167 roman \u0664 arabic-indic \uff15 fullwidth",
    "emoji \U0001f600 between \U0001f468\u200d\U0001f469\u200d\U0001f467 words\U0001f44d",
    "e\u0301 combining, \u0928\u092e\u0938\u094d\u0924\u0947 \u0939\u093f\u0928\u094d\u0926\u0940",
    "lone \ud800 surrogate x\udfffy",
    "nul\x00byte and \x07 bell",
    "\ufb01lm \u01c5 \u1e9e \U00010400 deseret",
    "the film the film a film one movie two movie",
]


def preprocess_string(s):
    s = re.sub(r"[^\w\s]", "", s)
    s = re.sub(r"\s+", "", s)
    return re.sub(r"\d", "", s)


def main(stop_words_file):
    stop_words = set(Path(stop_words_file).read_text().split())
    word_list = []
    for sent in TEXTS:
        for word in sent.lower().split():
            word = preprocess_string(word)
            if word not in stop_words and word != "":
                word_list.append(word)
    corpus = Counter(word_list)
    vocabularies = {size: sorted(corpus, key=corpus.get, reverse=True)[:size] for size in (10, 1000)}
    cases = {}
    for size, words in vocabularies.items():
        onehot_dict = {w: i + 1 for i, w in enumerate(words)}
        ids = [
            [
                onehot_dict[preprocess_string(word)]
                for word in sent.lower().split()
                if preprocess_string(word) in onehot_dict
            ]
            for sent in TEXTS
        ]
        cases[str(size)] = {"vocabulary": words, "ids": ids, "padded_to_5": [padding_(row, 5) for row in ids]}
    cleaned = [[w for w in map(preprocess_string, sent.lower().split()) if w != ""] for sent in TEXTS]
    document = {"texts": TEXTS, "words": cleaned, "max_words": cases}
    target = Path(__file__).with_name("preprocessing.json")
    target.write_text(json.dumps(document, indent=1, ensure_ascii=True) + "\n")


def padding_(review, seq_len):
    features = [0] * seq_len
    if len(review) != 0:
        features[-len(review) :] = review[:seq_len]
    return features[:seq_len]


if __name__ == "__main__":
    main(*sys.argv[1:])
