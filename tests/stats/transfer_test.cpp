#include "stats/transfer.h"

#include <cmath>
#include <set>

#include "support/kept.h"

namespace twofold::stats {
namespace {

using Rows = std::vector<std::vector<double>>;

/// Tasks that were trained on one after the other: the row behind task j is j + 1.
ScoreMatrix in_turn(const Rows& rows, Metric::Better better) {
  ScoreMatrix matrix{.rows = rows};
  for (size_t task = 0; task < rows.front().size(); ++task) {
    matrix.better.push_back(better);
    matrix.trained.emplace_back(task + 1);
  }
  return matrix;
}

Rows negated(Rows rows) {
  for (auto& row : rows) {
    for (double& value : row) value = -value;
  }
  return rows;
}

constexpr double kSame = 1e-12;

TEST(Transfer, IsAvalanchesFirstMinusLastAndTransfers) {
  for (const auto& row : test::kept("stats/kept/transfer")) {
    const TransferMetrics found =
        transfer_metrics(in_turn(row["rows"].get<Rows>(), Metric::Better::kHigher));
    EXPECT_NEAR(found.forgetting, row["forgetting"].get<double>(), kSame) << row;
    EXPECT_NEAR(found.backward_transfer, row["backward_transfer"].get<double>(), kSame) << row;
    EXPECT_NEAR(found.forward_transfer, row["forward_transfer"].get<double>(), kSame) << row;
  }
}

// Chaudhry et al. (2018), eq. 3 and 4: f_j = max over l in 1 … k−1 of a_lj, minus a_kj; F is the
// mean over j < k. Lopez-Paz and Ranzato (2017): ACC is the mean of the last row.
TEST(Transfer, IsThePublishedFormulasWrittenOut) {
  for (const auto& row : test::kept("stats/kept/transfer")) {
    const Rows a = row["rows"].get<Rows>();
    const size_t k = a.size() - 1;
    double sum = 0, last = a[k][k - 1];
    for (size_t j = 0; j + 1 < k; ++j) {
      double best = a[1][j];
      for (size_t l = 2; l < k; ++l) best = std::max(best, a[l][j]);
      sum += best - a[k][j];
      last += a[k][j];
    }
    const TransferMetrics found = transfer_metrics(in_turn(a, Metric::Better::kHigher));
    EXPECT_NEAR(found.forgetting_max, sum / static_cast<double>(k - 1), kSame);
    EXPECT_NEAR(found.average, last / static_cast<double>(k), kSame);
  }
}

TEST(Transfer, OfLossesHasTheSameSignsAsOfAccuracies) {
  for (const auto& row : test::kept("stats/kept/transfer")) {
    const Rows rows = row["rows"].get<Rows>();
    const TransferMetrics up = transfer_metrics(in_turn(rows, Metric::Better::kHigher));
    const TransferMetrics down = transfer_metrics(in_turn(negated(rows), Metric::Better::kLower));
    EXPECT_EQ(up.forgetting, down.forgetting);
    EXPECT_EQ(up.forgetting_max, down.forgetting_max);
    EXPECT_EQ(up.forward_transfer, down.forward_transfer);
    EXPECT_EQ(up.average, -down.average);
  }
}

TEST(Transfer, CountsRowsThatEndNoTaskAndTasksThatNothingTrains) {
  ScoreMatrix matrix{
      .better = {Metric::Better::kHigher, Metric::Better::kHigher, Metric::Better::kHigher},
      .trained = {1, 3, std::nullopt},
      .rows = {{0, 0.1, 0.5}, {0.8, 0.2, 0.5}, {0.9, 0.4, 0.5}, {0.6, 0.7, 0.2}}};
  const TransferMetrics found = transfer_metrics(matrix);
  EXPECT_NEAR(found.forgetting, 0.2, kSame);
  EXPECT_NEAR(found.forgetting_max, 0.2, kSame);    // row 2 ends no task
  EXPECT_NEAR(found.forward_transfer, 0.1, kSame);  // of the second task, at the end of the first
  EXPECT_NEAR(found.average, 0.5, kSame);
  matrix.better[2] = Metric::Better::kLower;
  EXPECT_TRUE(std::isnan(transfer_metrics(matrix).average));
}

TEST(Transfer, OfOneTaskHasNoTransferAndNoForgetting) {
  const TransferMetrics found = transfer_metrics(in_turn({{0.1}, {0.9}}, Metric::Better::kHigher));
  EXPECT_EQ(found.average, 0.9);
  EXPECT_TRUE(std::isnan(found.forgetting) && std::isnan(found.forward_transfer));
  EXPECT_TRUE(std::isnan(transfer_metrics({}).average));
}

Scored scored(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return {estimate(sum / static_cast<double>(values.size()), values), values};
}

TEST(Transfer, SaysLearnedAndForgottenOnlyBeyondTheInterval) {
  const Scored first = scored({1.0, 2.0, 3.0, 4.0});
  const Scored lower = scored({0.9, 1.9, 2.8, 3.9});  // each item a little: paired, it is sure
  const Scored other = scored({4.1, 0.9, 2.2, 2.7});
  EXPECT_EQ(verdict(change(first, lower), Metric::Better::kLower), "learned");
  EXPECT_EQ(verdict(change(first, lower), Metric::Better::kHigher), "forgotten");
  EXPECT_EQ(verdict(change(first, other), Metric::Better::kLower), "unchanged");
  EXPECT_EQ(verdict(change(first, first), Metric::Better::kLower), "unchanged");
  EXPECT_EQ(verdict(change(scored({1.0}), scored({2.0})), Metric::Better::kLower), "");
  // Other items: the two are independent, and the same change is not sure.
  EXPECT_EQ(verdict(change(first, scored({0.9, 1.9, 2.8})), Metric::Better::kLower), "unchanged");
}

TEST(Transfer, WhatARunHasDoneIsCountedFromWhatItsLastPhaseFound) {
  using Moments = std::set<std::string>;
  const auto begin = [](const Moments& scored) {
    return changes_begin([&](const std::string& moment) { return scored.contains(moment); });
  };
  EXPECT_EQ(begin({"start", "boundary", "frozen", "end"}), "frozen");
  EXPECT_EQ(begin({"start", "boundary", "end"}), "boundary");  // all parameters go on
  EXPECT_EQ(begin({"start", "boundary_0_1", "end"}), "start");
  EXPECT_EQ(begin({"end"}), "");
}

}  // namespace
}  // namespace twofold::stats
