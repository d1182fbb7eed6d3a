#include <gtest/gtest.h>

#include <systemc>

// The SystemC library brings main(). Every test case runs in a process of its own.
int sc_main(int argc, char* argv[]) {
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
