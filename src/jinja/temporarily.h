#pragma once
// Another value in a place for a while.

#include <utility>

namespace twofold::jinja {

/// Puts `value` into `place`; what was there before comes back when this object ends.
template <class T>
class Temporarily {
 public:
  Temporarily(T& place, T value) : place_(place), before_(std::exchange(place, value)) {}
  ~Temporarily() { place_ = before_; }
  Temporarily(const Temporarily&) = delete;
  Temporarily& operator=(const Temporarily&) = delete;

 private:
  T& place_;
  const T before_;
};

}  // namespace twofold::jinja
