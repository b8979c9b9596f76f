# Finds libtorch by its include and library folders only. The stock TorchConfig.cmake refuses a CUDA
# wheel on a machine without nvcc, which is exactly what many users have.
#
# Searched in this order: -DTWOFOLD_LIBTORCH=DIR, CMAKE_PREFIX_PATH, the private venv, the system.
# Defines the imported target twofold::libtorch and Libtorch_VERSION.
set(TWOFOLD_LIBTORCH "" CACHE PATH "Folder of libtorch (the one that holds include/ and lib/)")

include("${CMAKE_CURRENT_LIST_DIR}/wheel_folders.cmake")
twofold_wheel_folders(_prefix_torch _venv_torch torch)

find_path(Libtorch_INCLUDE_DIR torch/csrc/autograd/custom_function.h
  HINTS ${TWOFOLD_LIBTORCH}
  PATHS ${_prefix_torch} ${_venv_torch} /usr /usr/local /opt/libtorch
  PATH_SUFFIXES include NO_DEFAULT_PATH)
get_filename_component(_root "${Libtorch_INCLUDE_DIR}" DIRECTORY)
foreach(part torch torch_cpu c10)
  find_library(Libtorch_${part}_LIBRARY ${part} HINTS "${_root}/lib" "${_root}/lib/x86_64-linux-gnu"
    NO_DEFAULT_PATH)
endforeach()
foreach(part torch_cuda c10_cuda)
  find_library(Libtorch_${part}_LIBRARY ${part} HINTS "${_root}/lib" NO_DEFAULT_PATH)
endforeach()

if(EXISTS "${Libtorch_INCLUDE_DIR}/torch/headeronly/version.h")
  set(_version_header "${Libtorch_INCLUDE_DIR}/torch/headeronly/version.h")
else()
  set(_version_header "${Libtorch_INCLUDE_DIR}/torch/csrc/api/include/torch/version.h")
endif()
if(EXISTS "${_version_header}")
  file(READ "${_version_header}" _text)
  foreach(part MAJOR MINOR PATCH)
    string(REGEX MATCH "TORCH_VERSION_${part} ([0-9]+)" _ "${_text}")
    list(APPEND _parts ${CMAKE_MATCH_1})
  endforeach()
  string(REPLACE ";" "." Libtorch_VERSION "${_parts}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Libtorch
  REQUIRED_VARS Libtorch_torch_cpu_LIBRARY Libtorch_c10_LIBRARY Libtorch_INCLUDE_DIR
  VERSION_VAR Libtorch_VERSION)

if(Libtorch_FOUND AND NOT TARGET twofold::libtorch)
  # Pre-2.6 wheels used the old std::string ABI; the symbol tells which one this is.
  execute_process(COMMAND nm -DC "${Libtorch_c10_LIBRARY}" OUTPUT_VARIABLE _symbols ERROR_QUIET)
  set(_abi 1)
  if(_symbols AND NOT _symbols MATCHES "std::__cxx11::basic_string")
    set(_abi 0)
  endif()
  add_library(twofold_libtorch INTERFACE)
  add_library(twofold::libtorch ALIAS twofold_libtorch)
  # -idirafter: the wheel bundles fmt headers that would shadow the system's.
  foreach(dir "${Libtorch_INCLUDE_DIR}" "${Libtorch_INCLUDE_DIR}/torch/csrc/api/include")
    target_compile_options(twofold_libtorch INTERFACE "SHELL:-idirafter ${dir}")
  endforeach()
  target_compile_definitions(twofold_libtorch INTERFACE _GLIBCXX_USE_CXX11_ABI=${_abi})
  set(_libraries ${Libtorch_torch_cpu_LIBRARY} ${Libtorch_c10_LIBRARY})
  if(Libtorch_torch_cuda_LIBRARY AND Libtorch_c10_cuda_LIBRARY)
    list(APPEND _libraries ${Libtorch_torch_cuda_LIBRARY} ${Libtorch_c10_cuda_LIBRARY})
  endif()
  # --no-as-needed: the CUDA libraries register themselves and export nothing we call.
  target_link_libraries(twofold_libtorch INTERFACE
    "-Wl,--push-state,--no-as-needed" ${_libraries} "-Wl,--pop-state")
  target_link_options(twofold_libtorch INTERFACE "-Wl,-rpath,${_root}/lib")
endif()
mark_as_advanced(Libtorch_INCLUDE_DIR)
