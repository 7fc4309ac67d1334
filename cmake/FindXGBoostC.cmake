# SPDX-License-Identifier: Apache-2.0
# The CMake package that Debian ships with libxgboost-dev stops the configure step unless the
# command-line program is installed too, so header and library are looked up here.
find_path(XGBoostC_INCLUDE_DIR xgboost/c_api.h)
find_library(XGBoostC_LIBRARY xgboost)
set(_config ${XGBoostC_INCLUDE_DIR}/xgboost/version_config.h)
if(XGBoostC_INCLUDE_DIR AND EXISTS ${_config})
  set(XGBoostC_VERSION "")
  foreach(_part MAJOR MINOR PATCH)
    file(STRINGS ${_config} _line REGEX "define XGBOOST_VER_${_part} ")
    string(REGEX MATCH "[0-9]+$" _number "${_line}")
    list(APPEND XGBoostC_VERSION ${_number})
  endforeach()
  list(JOIN XGBoostC_VERSION "." XGBoostC_VERSION)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(XGBoostC REQUIRED_VARS XGBoostC_LIBRARY XGBoostC_INCLUDE_DIR
                                  VERSION_VAR XGBoostC_VERSION)
# What a program asks the loader for.
set(_library ${XGBoostC_LIBRARY})
if(IS_SYMLINK ${_library})
  file(READ_SYMLINK ${_library} _library)
endif()
get_filename_component(XGBoostC_SONAME ${_library} NAME)
if(XGBoostC_FOUND AND NOT TARGET XGBoost::C)
  add_library(XGBoost::C UNKNOWN IMPORTED)
  set_target_properties(XGBoost::C PROPERTIES IMPORTED_LOCATION ${XGBoostC_LIBRARY}
                        INTERFACE_INCLUDE_DIRECTORIES ${XGBoostC_INCLUDE_DIR})
endif()
