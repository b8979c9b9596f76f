#pragma once
// How OpenMP's threads wait for each other. At first they spin, which is fastest on idle cores. If
// other programs need the cores too, a spinning thread can hold up the very thread that it waits
// for, and a run of many small operations takes many times as long.

/// If the cores are busy and the environment does not say how threads wait, starts the program
/// again with threads that sleep. OpenMP reads that setting before main() begins, so setting it
/// here would be too late.
void reexec_with_passive_openmp(char** argv);
