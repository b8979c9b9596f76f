#pragma once
// Published tokenizers have licences of their own and stay outside of the repository: tests that
// need them find them beside it, or are skipped by this one reason, which the last lines of `make
// test` count.

#include <gtest/gtest.h>

#include "base/files.h"

#define SKIP_WITHOUT_SHARED_DATA()                                            \
  if (!std::filesystem::exists(Path(TWOFOLD_SHARED_DATA_DIR) / "tokenizers")) \
  GTEST_SKIP() << "needs ../shared/data (published tokenizers, under licences of their own)"
