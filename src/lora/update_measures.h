#pragma once
// How large what a leaf has learnt is, and where it lies beside what it knew: ΔW against W.

#include <cstdint>

#include "lora/weight_update.h"

namespace twofold {

/// Norms are Frobenius norms.
struct UpdateMeasures {
  double relative_norm = 0;  ///< ‖ΔW‖ / ‖W‖
  int64_t rank90 = 0;        ///< the fewest directions of ΔW that hold 90 % of ‖ΔW‖²
};

/// What takes the singular directions of W and of W + ΔW.
struct DirectionMeasures {
  /// ‖U_rᵀ·ΔW·V_r‖² / ‖ΔW‖², the share of ΔW within the r largest directions of W; 0 if ΔW is 0.
  double top_share = 0;
  /// Of the kIntruderDirections largest directions of W + ΔW those that resemble none of W
  /// (Shuttleworth et al. 2024, arXiv 2410.21228): |cos| with each of them is below
  /// kIntruderCosine, on the side of the outputs.
  int64_t intruders = 0;
};
inline constexpr int64_t kIntruderDirections = 10;
inline constexpr double kIntruderCosine = 0.5;

// Computed in float64 on the host.

UpdateMeasures measure_update(const WeightUpdate& update);
/// The same of ΔW = term beside the weight that it is on: needs the term's factors alone.
UpdateMeasures measure_update(const LowRank& term, const Weight& weight);
/// Its relative_norm alone, which needs no singular values.
double relative_norm(const WeightUpdate& update);
DirectionMeasures measure_directions(const WeightUpdate& update, int64_t rank);
/// Operations that measure_directions needs for a matrix of this shape, as a product of matrices
/// would do them in the same time (measured: a singular value decomposition is slower by far).
double directions_cost(int64_t rows, int64_t columns);

}  // namespace twofold
