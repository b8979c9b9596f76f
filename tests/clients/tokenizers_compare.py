"""One tokenizer of `tokenizers` beside twofold, in all its ways, on random strings."""
import unicodedata

from random_text import FEW, RandomText, draw
from tokenizers_support import decode, encode, encode_offsets, encode_raw, encode_theirs


def same_offsets(test, path, tokenizer, texts):
    """Where `tokenizers` gives byte tokens no character or all of a run, or parts of a composed character, ours have the
    whole character, or the cluster; elsewhere they are the same."""
    processor, tokenizer.post_processor = tokenizer.post_processor, None  # which may trim spaces
    theirs = tokenizer.encode_batch(texts, add_special_tokens=False)
    exact = loose = 0
    for text, (ids, spans), other in zip(texts, encode_offsets(path, texts), theirs, strict=True):
        test.assertEqual(ids, other.ids, text)
        plain = all(unicodedata.is_normalized(form, text) for form in ("NFC", "NFKC"))
        for token, ours, known in zip(other.tokens, spans, other.offsets):
            if plain and not token.startswith("<0x"):
                test.assertEqual(ours, known, (text, token))
                exact += 1
            else:
                test.assertTrue(ours[0] <= known[1] and known[0] <= ours[1] <= len(text), (text, token, ours, known))
                loose += 1
    test.assertGreater(exact, 5 * len(texts))
    if processor:
        tokenizer.post_processor = processor


def same_as_tokenizers(test, path, tokenizer, seed, skips=True):
    """All strings with special tokens recognized and added, and back; a share of them otherwise.

    skips=False: `tokenizers` 0.23 does not skip special tokens that its normalizer changes (it looks for
    their normal form among the special texts); twofold does."""
    specials = [token.content for token in tokenizer.get_added_tokens_decoder().values()][:300]
    texts, spoiled = draw(seed, specials)
    theirs = encode_theirs(tokenizer, texts)
    test.same(texts, encode(path, texts), theirs)
    repaired = [text.decode(errors="replace") for text in spoiled]
    test.same(spoiled, encode_raw(path, spoiled), encode_theirs(tokenizer, repaired, False))
    if skips:
        test.same(theirs, decode(path, theirs), tokenizer.decode_batch(theirs))

    few, ids = texts[:FEW], theirs[:FEW]
    same_offsets(test, path, tokenizer, few)
    test.same(few, encode(path, few, "--no-add-special"), encode_theirs(tokenizer, few, False))
    tokenizer.encode_special_tokens = True
    test.same(few, encode(path, few, "--no-add-special", "--ordinary"), encode_theirs(tokenizer, few, False))
    tokenizer.encode_special_tokens = False
    size = tokenizer.get_vocab_size()
    chance = RandomText(seed).random.randrange
    ids += [[chance(size) for _ in range(chance(12))] for _ in range(FEW)]
    test.same(ids, decode(path, ids, "--keep-special"), tokenizer.decode_batch(ids, skip_special_tokens=False))
