#include "optim/muon.h"

#include <gtest/gtest.h>

#include "optim/problem.h"

namespace twofold {
namespace {

/// A matrix of doubles with the operations that the algorithm needs, spelt out.
struct Matrix {
  size_t rows, columns;
  std::vector<double> x;
  Matrix(size_t r, size_t c) : rows(r), columns(c), x(r * c) {}
  double& operator()(size_t i, size_t j) { return x[i * columns + j]; }
  double operator()(size_t i, size_t j) const { return x[i * columns + j]; }
};

Matrix matrix_of(const at::Tensor& tensor) {
  const at::Tensor wide = tensor.detach().to(at::kDouble).contiguous();
  Matrix out(static_cast<size_t>(wide.size(0)), static_cast<size_t>(wide.size(1)));
  std::copy_n(wide.data_ptr<double>(), out.x.size(), out.x.begin());
  return out;
}

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix out(a.rows, b.columns);
  for (size_t i = 0; i < a.rows; ++i)
    for (size_t j = 0; j < b.columns; ++j)
      for (size_t k = 0; k < a.columns; ++k) out(i, j) += a(i, k) * b(k, j);
  return out;
}

Matrix transpose(const Matrix& a) {
  Matrix out(a.columns, a.rows);
  for (size_t i = 0; i < a.rows; ++i)
    for (size_t j = 0; j < a.columns; ++j) out(j, i) = a(i, j);
  return out;
}

double norm(const Matrix& a) {
  double sum = 0;
  for (double value : a.x) sum += value * value;
  return std::sqrt(sum);
}

Matrix plain_orthogonalize(Matrix x) {
  const double coefficients[5][3] = {
      {8.156554524902461, -22.48329292557795, 15.878769915207462},
      {4.042929935166739, -2.808917465908714, 0.5000178451051316},
      {3.8916678022926607, -2.772484153217685, 0.5060648178503393},
      {3.285753657755655, -2.3681294933425376, 0.46449024233003106},
      {2.3465413258596377, -1.7097828382687081, 0.42323551169305323}};
  const double size = 1.02 * norm(x) + 1e-6;
  for (double& value : x.x) value /= size;
  for (const auto& [a, b, c] : coefficients) {
    // Always from the left: the right-hand form gives the same matrix.
    const Matrix gram = product(x, transpose(x)), square = product(gram, gram);
    Matrix even(gram.rows, gram.columns);
    for (size_t i = 0; i < even.x.size(); ++i) even.x[i] = b * gram.x[i] + c * square.x[i];
    const Matrix added = product(even, x);
    for (size_t i = 0; i < x.x.size(); ++i) x.x[i] = a * x.x[i] + added.x[i];
  }
  const double ratio = static_cast<double>(x.rows) / static_cast<double>(x.columns);
  for (double& value : x.x) value *= std::sqrt(std::max(1.0, ratio));
  return x;
}

/// Muon with NorMuon and cautious decay, on doubles.
class PlainMuon {
 public:
  PlainMuon(const at::Tensor& start, double decay)
      : x_(matrix_of(start)),
        m_(x_.rows, x_.columns),
        v_(std::max(x_.rows, x_.columns)),
        decay_(decay) {}

  void step(const at::Tensor& gradient, double lr) {
    const Matrix g = matrix_of(gradient);
    Matrix blend = g;
    for (size_t i = 0; i < g.x.size(); ++i) {
      m_.x[i] = 0.95 * m_.x[i] + 0.05 * g.x[i];
      blend.x[i] = 0.05 * g.x[i] + 0.95 * m_.x[i];
    }
    Matrix update = plain_orthogonalize(blend);
    even_out(update);
    for (size_t i = 0; i < x_.x.size(); ++i) {
      const bool agree = update.x[i] * x_.x[i] >= 0;
      x_.x[i] -= lr * (update.x[i] + (agree ? decay_ * x_.x[i] : 0.0));
    }
  }
  const Matrix& value() const { return x_; }

 private:
  void even_out(Matrix& update) {
    const bool by_row = update.rows >= update.columns;
    const auto line = [&](size_t i, size_t j) { return by_row ? i : j; };
    const double length = static_cast<double>(by_row ? update.columns : update.rows);
    std::vector<double> mean(v_.size(), 0.0);
    for (size_t i = 0; i < update.rows; ++i)
      for (size_t j = 0; j < update.columns; ++j)
        mean[line(i, j)] += update(i, j) * update(i, j) / length;
    const double before = norm(update);
    for (size_t k = 0; k < v_.size(); ++k) v_[k] = 0.95 * v_[k] + 0.05 * mean[k];
    for (size_t i = 0; i < update.rows; ++i)
      for (size_t j = 0; j < update.columns; ++j)
        update(i, j) /= std::sqrt(std::max(v_[line(i, j)], 1e-10));
    const double after = norm(update);
    for (double& value : update.x) value *= before / std::max(after, 1e-10);
  }

  Matrix x_, m_;
  std::vector<double> v_;
  double decay_;
};

double max_difference(const at::Tensor& a, const Matrix& b) {
  const Matrix wide = matrix_of(a);
  double largest = 0;
  for (size_t i = 0; i < b.x.size(); ++i) largest = std::max(largest, std::abs(wide.x[i] - b.x[i]));
  return largest;
}

OptimizerConfig muon_config() {
  OptimizerConfig config;
  config.optimizer = "muon";
  return config;
}

TEST(Orthogonalize, GivesOrthonormalRowsOrColumns) {
  for (const auto& [rows, columns] : {std::pair{6, 20}, std::pair{20, 6}, std::pair{8, 8}}) {
    const at::Tensor matrix = waves({rows, columns}, 3).to(at::kDouble);
    at::Tensor x = orthogonalize(matrix, 5) / std::sqrt(std::max(1.0, 1.0 * rows / columns));
    if (rows > columns) x = x.t();
    const at::Tensor gram = at::mm(x, x.t()).diagonal();
    EXPECT_LT((gram - 1).abs().max().item<double>(), 0.3) << rows << "x" << columns;
  }
}

TEST(Muon, MatchesThePlainAlgorithmOnMatricesOfEitherOrientation) {
  for (const double decay : {0.0, 0.2}) {
    OptimizerConfig config = muon_config();
    config.weight_decay = decay;
    config.matrix_lr_multiplier = 2.0;
    const std::vector<Trainable> tensors = problem();
    std::vector<PlainMuon> plain = {{tensors[0].value, decay}, {tensors[1].value, decay}};
    const auto optimizer = make_optimizer(config, tensors);
    for (int step = 0; step < 4; ++step) {
      set_gradients(tensors, step, 5.0);  // far above the clip, which matrices do not have
      for (size_t i : {0, 1}) plain[i].step(tensors[i].value.grad(), 0.02);
      optimizer->step(0.01, gradient_norm(tensors));
    }
    for (size_t i : {0, 1}) {
      EXPECT_LE(max_difference(tensors[i].value, plain[i].value()), 1e-4) << tensors[i].name;
    }
  }
}

/// What a group of Muon's must equal: Adam over its tensors alone, at its learning rate.
void expect_adam_group(const std::vector<size_t>& members, double multiplier) {
  OptimizerConfig adam;
  adam.weight_decay = 0;
  adam.beta1 = 0.8;
  adam.eps = 1e-10;
  const std::vector<Trainable> tensors = problem(), all = problem();
  std::vector<Trainable> group;
  for (size_t i : members) group.push_back(all[i]);
  OptimizerConfig config = muon_config();
  config.weight_decay = 0.3;  // which none of these groups feels
  const auto muon = make_optimizer(config, tensors), alone = make_optimizer(adam, group);
  for (int step = 0; step < 3; ++step) {
    set_gradients(tensors, step, step == 0 ? 3.0 : 0.1);
    set_gradients(all, step, step == 0 ? 3.0 : 0.1);
    muon->step(0.001, gradient_norm(tensors));
    alone->step(0.001 * multiplier, gradient_norm(group));
  }
  for (size_t i : members) {
    EXPECT_LE(twofold::max_difference(tensors[i].value, all[i].value), 1e-7) << tensors[i].name;
  }
}

TEST(Muon, EmbeddingsAreAdamWithTheirOwnRateAndClip) { expect_adam_group({2}, 15.0); }
TEST(Muon, HeadsAreAdamWithTheirOwnRateAndClip) { expect_adam_group({3}, 0.2); }
TEST(Muon, NormsAndBiasesAreOneAdamGroup) { expect_adam_group({4, 5}, 25.0); }

}  // namespace
}  // namespace twofold
