#pragma once
// A program's own parts of a run: families of models, variants of adapters, evaluators. A log
// writer is an Observer, which run() takes. docs/embed.md has one of each.
#include "twofold/eval/registration.h"
#include "twofold/evaluator.h"
#include "twofold/lora/adapter.h"
#include "twofold/lora/registration.h"
#include "twofold/model/config.h"
#include "twofold/model/families/registration.h"
#include "twofold/model/model.h"
