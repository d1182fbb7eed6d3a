# Installed and exported: kirchhoff::core (no SystemC) and kirchhoff::model, headers below
# include/kirchhoff, and the program. A consumer writes
#
#   find_package(kirchhoff REQUIRED COMPONENTS model)      # or core, or c
#   target_link_libraries(... PRIVATE kirchhoff::model)
#
# kirchhoff::c is libkirchhoff.so for programs in C, which need nothing else; pkg-config knows it as kirchhoff.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/kirchhoff)

set_target_properties(kirchhoff_core PROPERTIES EXPORT_NAME core)
target_include_directories(kirchhoff_core INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/kirchhoff>)
add_library(kirchhoff::core ALIAS kirchhoff_core)
install(TARGETS kirchhoff_core EXPORT kirchhoffCoreTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT kirchhoffCoreTargets NAMESPACE kirchhoff:: DESTINATION ${package_dir})

if(KIRCHHOFF_HAS_SYSTEMC)
  # Export sets of their own, so that a consumer of the core needs no SystemC.
  set_target_properties(kirchhoff_systemc PROPERTIES EXPORT_NAME systemc)
  set_target_properties(kirchhoff_model PROPERTIES EXPORT_NAME model)
  add_library(kirchhoff::model ALIAS kirchhoff_model)
  install(TARGETS kirchhoff_systemc kirchhoff_model EXPORT kirchhoffModelTargets
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT kirchhoffModelTargets NAMESPACE kirchhoff:: DESTINATION ${package_dir})
  install(TARGETS kirchhoff-explore RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

  set_target_properties(kirchhoff_c PROPERTIES EXPORT_NAME c)
  add_library(kirchhoff::c ALIAS kirchhoff_c)
  target_include_directories(kirchhoff_c INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/kirchhoff>)
  install(TARGETS kirchhoff_c EXPORT kirchhoffCTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT kirchhoffCTargets NAMESPACE kirchhoff:: DESTINATION ${package_dir})
  set(driver_folder ${PROJECT_SOURCE_DIR}/testbenches/cosim/driver)
  install(FILES ${PROJECT_SOURCE_DIR}/testbenches/cosim/c_api/kirchhoff.h ${driver_folder}/kirchhoff_driver.h
                ${driver_folder}/kirchhoff_network.h ${driver_folder}/kirchhoff_hal.h ${driver_folder}/kirchhoff_image.h
                ${PROJECT_BINARY_DIR}/generated/firmware/kirchhoff_registers.h
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/kirchhoff)
  # Beside the library's folder, where kirchhoff.py looks for the library.
  install(FILES ${PROJECT_SOURCE_DIR}/testbenches/cosim/c_api/kirchhoff.py
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/kirchhoff/python)
  # From the folder of kirchhoff.pc to the prefix, which may be moved.
  file(RELATIVE_PATH to_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
  configure_file(cmake/kirchhoff.pc.in ${PROJECT_BINARY_DIR}/kirchhoff.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/kirchhoff.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()

install(DIRECTORY foundation traces periphery interconnect tiles model
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/kirchhoff FILES_MATCHING PATTERN "*.h")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

configure_package_config_file(cmake/kirchhoffConfig.cmake.in ${PROJECT_BINARY_DIR}/kirchhoffConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/kirchhoffConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/kirchhoffConfig.cmake ${PROJECT_BINARY_DIR}/kirchhoffConfigVersion.cmake
        DESTINATION ${package_dir})
