#include <systemc>

#include "testbenches/explore/program.h"

int sc_main(int argc, char* argv[]) {
  return kirchhoff::testbenches::run_program(argc, argv, kirchhoff::interconnect::SocketBinder{});
}
