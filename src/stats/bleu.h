#pragma once
// BLEU (Papineni et al. 2002), as sacrebleu's corpus_bleu computes it by default: 13a tokens,
// n-grams of 1 to 4 words, exponential smoothing.

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace twofold::stats {

inline constexpr size_t kBleuCounts = 10;
/// What a text adds to the BLEU of all: its words, those of the reference nearest in length, and,
/// for n-grams of 1, 2, 3 and 4 words, how many are in a reference, and how many there are.
using BleuCounts = std::array<double, kBleuCounts>;

/// `references`: at least one; a text may have other numbers of them than the next.
BleuCounts count_bleu(std::string_view text, std::span<const std::string> references);

/// From 0 to 100, of counts that were added up over the texts.
double bleu(std::span<const double> counts);

/// The words of a text by mteval-v13a's rules, which set punctuation apart.
std::vector<std::string> words_13a(std::string_view text);

}  // namespace twofold::stats
