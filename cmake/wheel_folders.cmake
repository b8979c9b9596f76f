# twofold_wheel_folders(PREFIX VENV PACKAGE): where a library that comes as a Python wheel may be. Sets PREFIX to the
# prefixes of CMAKE_PREFIX_PATH and the package's folders in them, VENV to its folder in the private venv.
function(twofold_wheel_folders prefix venv package)
  set(folder "lib/python3*/site-packages/${package}")
  file(GLOB in_venv "${PROJECT_SOURCE_DIR}/.venv/${folder}")
  set(in_prefixes "")
  foreach(root IN LISTS CMAKE_PREFIX_PATH)
    file(GLOB found "${root}" "${root}/${folder}")
    list(APPEND in_prefixes ${found})
  endforeach()
  set(${prefix} ${in_prefixes} PARENT_SCOPE)
  set(${venv} ${in_venv} PARENT_SCOPE)
endfunction()
