#pragma once
// The sources of this folder are compiled once for each level of the instruction set
// (src/CMakeLists.txt), each time in the namespace that TWOFOLD_LEVEL names. If a function outside
// that namespace were not inlined, the linker would keep one copy of it, from whichever level it
// met first. So there may be no such function (a test looks for them in the objects), and no
// library header that has many of them, such as ATen's.

#ifndef TWOFOLD_LEVEL
#define TWOFOLD_LEVEL portable
#endif
