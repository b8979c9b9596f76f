#pragma once
// The functions that a template finds by name.

#include <span>

#include "jinja/call.h"
#include "jinja/heap.h"
#include "jinja/template.h"

namespace twofold::jinja {

class Globals {
 public:
  Globals(Heap& heap, const Settings& settings) : heap_(heap), settings_(settings) {}
  std::span<const Function> functions() const;
  Value call(const Function& function, const Arguments& given);

 private:
  Value strftime_now(const Arguments& given);

  Heap& heap_;
  const Settings& settings_;
};

}  // namespace twofold::jinja
