# SPDX-License-Identifier: Apache-2.0
# What this build will and will not contain, said once at the end of configuring.
message(STATUS "Vitral ${PROJECT_VERSION}: ${CMAKE_BUILD_TYPE}, ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
message(STATUS "  program (Qt): ${VITRAL_BUILD_APP}   tests: ${VITRAL_BUILD_TESTS}   benchmarks: ${VITRAL_ENABLE_BENCH}   fuzzers: ${VITRAL_ENABLE_FUZZ}")
message(STATUS "  sanitizers: ${VITRAL_SANITIZE}")
if(VITRAL_HAVE_VULKAN)
  message(STATUS "  Vulkan drawing: yes")
elseif(VITRAL_BUILD_APP)
  message(STATUS "  Vulkan drawing: no (libvulkan-dev or glslang-tools missing, or switched off): QPainter path only")
endif()
if(VITRAL_ENABLE_CUDA STREQUAL "ON")
  message(FATAL_ERROR "The CUDA backend is not part of this version yet: configure with VITRAL_ENABLE_CUDA=AUTO.")
endif()
message(STATUS "  CUDA backend: not part of this version yet; everything runs on the CPU")
