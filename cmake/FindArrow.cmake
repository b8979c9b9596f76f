# Finds Apache Arrow with Parquet in the pyarrow wheel, which has the headers and the libraries: as libtorch
# is found. Only the component that reads Parquet files needs it, so nothing else fails without it.
#
# Searched in this order: -DTWOFOLD_ARROW=DIR, CMAKE_PREFIX_PATH, the private venv, the system.
# Defines the imported target twofold::arrow.
set(TWOFOLD_ARROW "" CACHE PATH "Folder of pyarrow (the one that holds include/ and libarrow.so.*)")

include("${CMAKE_CURRENT_LIST_DIR}/wheel_folders.cmake")
twofold_wheel_folders(_prefix_arrow _venv_arrow pyarrow)

find_path(Arrow_INCLUDE_DIR parquet/arrow/reader.h
  HINTS ${TWOFOLD_ARROW}
  PATHS ${_prefix_arrow} ${_venv_arrow} /usr /usr/local
  PATH_SUFFIXES include NO_DEFAULT_PATH)
get_filename_component(_root "${Arrow_INCLUDE_DIR}" DIRECTORY)
# The wheel's libraries have a version in their names, and no link without one.
foreach(part arrow parquet)
  file(GLOB _libraries "${_root}/lib${part}.so.[0-9]*" "${_root}/lib/lib${part}.so"
    "${_root}/lib/x86_64-linux-gnu/lib${part}.so")
  if(_libraries)
    list(GET _libraries 0 Arrow_${part}_LIBRARY)
  endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Arrow
  REQUIRED_VARS Arrow_parquet_LIBRARY Arrow_arrow_LIBRARY Arrow_INCLUDE_DIR)

if(Arrow_FOUND AND NOT TARGET twofold::arrow)
  add_library(twofold_arrow INTERFACE)
  add_library(twofold::arrow ALIAS twofold_arrow)
  target_include_directories(twofold_arrow SYSTEM INTERFACE "${Arrow_INCLUDE_DIR}")
  target_link_libraries(twofold_arrow INTERFACE ${Arrow_parquet_LIBRARY} ${Arrow_arrow_LIBRARY})
  get_filename_component(_folder "${Arrow_arrow_LIBRARY}" DIRECTORY)
  target_link_options(twofold_arrow INTERFACE "-Wl,-rpath,${_folder}")
endif()
mark_as_advanced(Arrow_INCLUDE_DIR)
