"""What each preset is for, and what each setting means, in a line each: what `info` lists.

In: nothing. Out: lines by name. The values are those of presets.py; a test compares the names.
"""

from __future__ import annotations

PRESET_MEANINGS = {
    "tutorial": "the tutorial's network, vocabulary and training, as they are; the default",
    "tutorial-large-batch": "the tutorial's network in large batches, for GPUs",
    "accurate": "the most accurate: LSTM in both directions, n-grams, 30,000 words",
    "fast": "for huge files on CPUs: nearly as accurate, a fraction of the time; n-grams and a small LSTM",
}

SETTING_MEANINGS = {
    "max_words": "words in the vocabulary, the most frequent ones",
    "stop_words": "leave out the stop words of this language: english, another of NLTK's, or none",
    "min_count": "leave out words that occur less often",
    "strip_html": "replace HTML tags by spaces; entities stay as they are: true or false",
    "keep_digits": "keep digits, which rate films: true or false",
    "split_at_marks": "split words at punctuation, such as film...and: true or false",
    "unknown": "drop words outside the vocabulary, or give all of them one id: drop or id",
    "normalise": "Unicode's normal form that texts are put into: none or nfc",
    "emojis": "replace emojis and emoticons by the words of their names: true or false",
    "ratings": "replace ratings such as 8/10 and four stars by one of six words: true or false",
    "contractions": "join split contractions such as is n't: true or false",
    "misspellings": "correct unknown words with one spelling mistake, such as wonderfull: true or false",
    "embedding_size": "numbers in a word vector",
    "hidden_size": "units of each recurrent layer and direction",
    "layers": "recurrent layers, one on top of the other",
    "dropout": "share of the classified features that is dropped in training, from 0 to below 1",
    "cell": "kind of recurrent layer: lstm, gru or rnn",
    "bidirectional": "read texts in both directions: true or false",
    "pooling": "what is classified of the layers' output: padded (the tutorial's), last, attention or max_mean",
    "max_length": "words of a text that are read; the rest is cut off",
    "tail_length": "how many of these, up to half, are the last words of a longer text; 0 to cut off its end",
    "word_dropout": "share of words that is dropped in training, from 0 to below 1",
    "recurrent_dropout": "share of hidden-to-hidden weights that is dropped in training, from 0 to below 1",
    "epochs": "passes over the training texts",
    "batch_size": "texts per step",
    "learning_rate": "Adam's learning rate",
    "clip_norm": "largest norm of the gradients",
    "seed": "seed of all random numbers",
    "weight_decay": "decoupled weight decay, as in AdamW",
    "warmup": "share of all steps during which the learning rate rises to its full value",
    "decay": "how the learning rate falls to zero after that: none, linear or cosine",
    "patience": "stop after this many epochs without a better validation loss; 0 for never",
    "batch_scale": "a factor of the batch size, for hardware that needs large batches",
    "batch_ids": "the most words of a batch, padding included; 0 for no limit",
    "word_vectors": "initial word vectors: random, or neighbours, fitted to the co-occurrences of words",
    "keep": "the epoch whose weights are kept: best, by validation loss, or last",
    "validation_share": "share of the data that is held out if no validation part is given",
    "embedding_rate": "learning rate of word vectors, as a share of the others'",
    "ngrams": "longest n-grams of the n-gram model, in words; 0 for no such model",
    "ngram_bits": "the n-gram model has 2 to the power of this many buckets",
    "ngram_fingerprints": "a bucket counts only for the n-gram that owns it: true or false",
    "ngram_long_from": "n-grams of texts of this many words or more have a second weight, for long texts; 0 for none",
    "ngram_c": "inverse strength of the n-gram model's regularisation",
}
