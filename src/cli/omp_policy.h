#pragma once
// How threads wait for each other. OpenMP's spin at first: the quickest on cores of one's own, but
// where other programs want the cores it holds up the very thread that is waited for, and a run of
// many small operations takes many times as long.

/// On cores that have other work, unless the environment says how to wait: starts the program anew,
/// with threads that sleep. OpenMP reads that setting before main() begins, so it is too late here.
void start_anew_if_cores_are_busy(char** argv);
