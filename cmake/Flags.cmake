# Compiler settings of our own code; nothing of this reaches a consumer.
add_library(kirchhoff_flags INTERFACE)
target_compile_options(kirchhoff_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
# GCC 12 warns about string concatenation in its own library (GCC bug 105651).
target_compile_options(kirchhoff_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
option(KIRCHHOFF_WERROR "Treat warnings as errors" ON)
if(KIRCHHOFF_WERROR)
  target_compile_options(kirchhoff_flags INTERFACE -Werror)
endif()
# Same bits on every CPU: no fused multiply-add that the source does not spell out.
target_compile_options(kirchhoff_flags INTERFACE -ffp-contract=off)

set(KIRCHHOFF_SANITIZE "" CACHE STRING "Value for -fsanitize=, e.g. address,undefined")
if(KIRCHHOFF_SANITIZE)
  target_compile_options(kirchhoff_flags INTERFACE -fsanitize=${KIRCHHOFF_SANITIZE} -fno-omit-frame-pointer
                                                   -fno-sanitize-recover=all)
  target_link_options(kirchhoff_flags INTERFACE -fsanitize=${KIRCHHOFF_SANITIZE})
endif()

# Hot loops: vectorised by the compiler, one clone per instruction set, chosen at run time.
# No fast-math: these two flags only drop errno and floating-point traps.
add_library(kirchhoff_kernel_flags INTERFACE)
target_compile_options(kirchhoff_kernel_flags INTERFACE $<$<NOT:$<CONFIG:Debug>>:-O3> -fno-math-errno
                                                        -fno-trapping-math -fopenmp-simd)
option(KIRCHHOFF_DISPATCH "Compile kernels for several instruction sets and choose at run time" ON)
if(KIRCHHOFF_DISPATCH AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU"
   AND NOT KIRCHHOFF_SANITIZE MATCHES "thread")
  target_compile_definitions(kirchhoff_kernel_flags INTERFACE KIRCHHOFF_DISPATCH=1)
endif()

find_program(KIRCHHOFF_CCACHE ccache)
if(KIRCHHOFF_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${KIRCHHOFF_CCACHE})
endif()
