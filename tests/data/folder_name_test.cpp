#include "data/folder_name.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace twofold {
namespace {

TEST(FolderName, APlainNameWillDo) {
  for (const char* name : {"kjv", "first try", "a.b-c_d", "été", "..a", ".hidden"}) {
    EXPECT_NO_THROW(require_folder_name(name, "NAME")) << name;
  }
}

TEST(FolderName, WhatLeadsElsewhereOrCannotBeAFolderIsRefused) {
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("a/b"), std::string("../a"),
        std::string("a\n"), std::string("a\xff"), std::string(300, 'x'), std::string("a\0b", 3)}) {
    EXPECT_THROW(require_folder_name(name, "NAME"), Error) << name;
  }
}

}  // namespace
}  // namespace twofold
