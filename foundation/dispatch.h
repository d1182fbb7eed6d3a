#pragma once

/// Marks a hot loop that the compiler builds once per instruction set; the loader picks one at run time.
/// Loops written in fixed-width lanes give the same bits at every level.
#ifdef KIRCHHOFF_DISPATCH
#define KIRCHHOFF_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define KIRCHHOFF_CLONES
#endif
