"""Segmentation and normalisation of Chinese, English and mixed text.

normalise(text)    one spelling for what reads the same: width, case, control characters, spaces beside Chinese
words(text)        its words in order, English ones stemmed lightly, function words left out
sentences(text)    where its sentences lie
gram_keys(texts)   their character grams as numbers
"""

from innovalley.engine.text.grams import gram_keys
from innovalley.engine.text.normalising import normalise
from innovalley.engine.text.segmenting import Span, sentences, words

__all__ = ["Span", "gram_keys", "normalise", "sentences", "words"]
