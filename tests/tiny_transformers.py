"""Folders of Hugging Face models, tiny and with random weights: what a user would have downloaded; and reviews."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

WORDS = ["a", "good", "bad", "film", "shop", "the", "was", "very"]
SIZES = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}


def write_bert(folder: Path, seed: int = 0, classifier: bool = False, **config) -> Path:
    """An encoder that reads up to 32 tokens. config: changes of its BertConfig."""
    transformers = pytest.importorskip("transformers")
    folder.mkdir(parents=True, exist_ok=True)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(words))
    transformers.BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=32).save_pretrained(folder)
    settings = transformers.BertConfig(vocab_size=len(words), max_position_embeddings=32, **SIZES | config)
    kind = transformers.BertForSequenceClassification if classifier else transformers.BertModel
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        kind(settings).save_pretrained(folder)
    return folder


def write_gpt(folder: Path) -> Path:
    """A GPT-2 without a token to pad with, and without special tokens around a text."""
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, models, pre_tokenizers

    folder.mkdir(parents=True, exist_ok=True)
    words = ["<|endoftext|>", *WORDS]
    tokenizer = Tokenizer(models.WordLevel({word: at for at, word in enumerate(words)}, unk_token="<|endoftext|>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|endoftext|>", unk_token="<|endoftext|>", model_max_length=32
    ).save_pretrained(folder)
    sizes = {"n_embd": 16, "n_layer": 1, "n_head": 2, "n_positions": 32}
    config = transformers.GPT2Config(vocab_size=len(words), bos_token_id=0, eos_token_id=0, **sizes)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        transformers.GPT2LMHeadModel(config).save_pretrained(folder)
    return folder


def write_llama(folder: Path) -> Path:
    """A Llama, stored as bfloat16, with the tokenizer of `write_gpt`."""
    transformers = pytest.importorskip("transformers")
    write_gpt(folder)
    (folder / "model.safetensors").unlink()
    sizes = SIZES | {"max_position_embeddings": 64}
    config = transformers.LlamaConfig(vocab_size=1 + len(WORDS), bos_token_id=0, eos_token_id=0, **sizes)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        transformers.LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    return folder


def reviews(count, seed=0, words=("bad", "good"), labels=("negative", "positive")):
    """(texts, labels) that one word decides."""
    choose = np.random.default_rng(seed)
    classes = choose.permutation(np.arange(count) % len(words))
    texts = [f"the film was {words[one]}{' a shop' * int(choose.integers(0, 9))}" for one in classes]
    return texts, [labels[one] for one in classes]


def write_reviews(path, *arguments, **options):
    texts, labels = reviews(*arguments, **options)
    pd.DataFrame({"body": texts, "stars": labels}).to_csv(path, index=False)
    return path
