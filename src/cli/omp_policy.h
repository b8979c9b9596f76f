#pragma once
// How OpenMP's threads wait for each other. They spin at first: the quickest on idle cores, but
// where other programs want the cores, spinning holds up the very thread that is waited for, and a
// run of many small operations takes many times as long.

/// On busy cores, unless the environment says how to wait: runs the program again with threads that
/// sleep. OpenMP reads that setting before main() begins, so setting it here would be too late.
void reexec_with_passive_openmp(char** argv);
