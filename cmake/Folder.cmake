# Each folder of the house is a target of its own, and its objects go into one of the two libraries.
#
#   kirchhoff_folder(<name> [SOURCES ...] [SYSTEMC_SOURCES ...] [KERNELS ...] [LINK ...])
#
# SOURCES (no SystemC) make kirchhoff_<name>, part of kirchhoff_core; SYSTEMC_SOURCES make
# kirchhoff_<name>_modules, part of kirchhoff_model. KERNELS are SOURCES compiled for several
# instruction sets. LINK names libraries of the SystemC-free part.
function(kirchhoff_folder name)
  cmake_parse_arguments(A "" "" "SOURCES;SYSTEMC_SOURCES;KERNELS;LINK" ${ARGN})
  set(include_root $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)

  add_library(kirchhoff_${name} OBJECT ${A_SOURCES})
  target_include_directories(kirchhoff_${name} PUBLIC ${include_root})
  target_include_directories(kirchhoff_${name} SYSTEM PRIVATE ${RANDOM123_INCLUDE_DIR})
  target_compile_features(kirchhoff_${name} PUBLIC cxx_std_20)
  target_link_libraries(kirchhoff_${name} PRIVATE kirchhoff_flags ${A_LINK})
  target_sources(kirchhoff_core PRIVATE $<TARGET_OBJECTS:kirchhoff_${name}>)
  if(A_LINK)
    target_link_libraries(kirchhoff_core PRIVATE ${A_LINK})
  endif()
  if(A_KERNELS)
    add_library(kirchhoff_${name}_kernels OBJECT ${A_KERNELS})
    target_include_directories(kirchhoff_${name}_kernels PUBLIC ${include_root})
    target_include_directories(kirchhoff_${name}_kernels SYSTEM PRIVATE ${RANDOM123_INCLUDE_DIR})
    target_link_libraries(kirchhoff_${name}_kernels PRIVATE kirchhoff_flags kirchhoff_kernel_flags)
    target_sources(kirchhoff_core PRIVATE $<TARGET_OBJECTS:kirchhoff_${name}_kernels>)
  endif()

  if(A_SYSTEMC_SOURCES AND KIRCHHOFF_HAS_SYSTEMC)
    add_library(kirchhoff_${name}_modules OBJECT ${A_SYSTEMC_SOURCES})
    target_include_directories(kirchhoff_${name}_modules PUBLIC ${include_root})
    target_link_libraries(kirchhoff_${name}_modules PRIVATE kirchhoff_flags kirchhoff::systemc)
    target_sources(kirchhoff_model PRIVATE $<TARGET_OBJECTS:kirchhoff_${name}_modules>)
  endif()
endfunction()
