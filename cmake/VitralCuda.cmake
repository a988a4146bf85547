# SPDX-License-Identifier: Apache-2.0
# The CUDA compiler, for the plug-in vitral_cuda. Nothing else needs the toolkit: the program loads the plug-in where a
# driver is, and the tests' emulated device is plain C++. CUDA Toolkit 12.4+ (NVIDIA's licence; cudart is linked statically,
# cuBLASLt is opened while running where it is found).
# VITRAL_ENABLE_CUDA=AUTO builds the plug-in where nvcc is, ON fails without it, OFF never looks.
include_guard()
set(VITRAL_HAVE_CUDA OFF)
if(NOT VITRAL_ENABLE_CUDA STREQUAL "OFF" AND NOT VITRAL_SANITIZE AND NOT VITRAL_ENABLE_FUZZ)
  find_program(VITRAL_NVCC nvcc HINTS ENV CUDACXX ENV CUDA_HOME ENV CUDA_PATH PATH_SUFFIXES bin PATHS /usr/local/cuda/bin)
  if(VITRAL_NVCC)
    if(NOT CMAKE_CUDA_COMPILER)
      set(CMAKE_CUDA_COMPILER ${VITRAL_NVCC})
    endif()
    # One architecture keeps a build short; its PTX runs on newer devices too. The preset cuda-all builds the list.
    if(NOT CMAKE_CUDA_ARCHITECTURES)
      set(CMAKE_CUDA_ARCHITECTURES 80)
    endif()
    enable_language(CUDA)
    if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION) # CMake 3.25 does not know C++20 for nvcc 12 and newer
      set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
      set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
      list(APPEND CMAKE_CUDA_COMPILE_FEATURES cuda_std_20)
    endif()
    set(CMAKE_CUDA_STANDARD 20)
    set(CMAKE_CUDA_STANDARD_REQUIRED ON)
    set(CMAKE_CUDA_EXTENSIONS OFF)
    set(CMAKE_CUDA_RUNTIME_LIBRARY Static)
    find_package(CUDAToolkit REQUIRED)
    set(VITRAL_HAVE_CUDA ON)
  elseif(VITRAL_ENABLE_CUDA STREQUAL "ON")
    message(FATAL_ERROR "VITRAL_ENABLE_CUDA=ON needs nvcc (the CUDA Toolkit): put it on the path, set CUDA_HOME, or configure with AUTO.")
  endif()
endif()
