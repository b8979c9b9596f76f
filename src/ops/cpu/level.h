#pragma once
// The sources of this folder are compiled once a level of the instruction set (src/CMakeLists.txt),
// each time in a namespace that TWOFOLD_LEVEL names. Of a function outside that namespace which is
// not inlined the linker would keep one copy, of whichever level it met first: there may be none
// (a test looks for them in the objects), and so no header of a library that has many, ATen first.

#ifndef TWOFOLD_LEVEL
#define TWOFOLD_LEVEL portable
#endif
