# SPDX-License-Identifier: Apache-2.0
# The two kinds of target of this project, and the warnings they share.
include_guard()

add_library(vitral_options INTERFACE)
target_compile_options(vitral_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion>)
# GCC 13 looks into fmt 9's formatting of floats and sees a copy out of bounds that is none: every frame of the warning
# is fmt's or the standard library's. GCC 12, which CI builds with, keeps the warning for our own code.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
  target_compile_options(vitral_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-array-bounds>)
endif()
if(VITRAL_WERROR)
  target_compile_options(vitral_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
endif()
target_include_directories(vitral_options INTERFACE ${PROJECT_SOURCE_DIR})
if(VITRAL_SANITIZE)
  add_compile_options(-fsanitize=${VITRAL_SANITIZE} -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${VITRAL_SANITIZE})
  if(VITRAL_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()

# For folders that make no pointers of their own out of a file's bytes: checks of every pointer that is followed (null,
# aligned, large enough, of its class) make half as much again to twice as much to compile. Address errors, overflow,
# shifts, bounds and bad values are still looked for. The folders of core that map files or lay out memory (base, tensor,
# io, kernels, backend), chat (whose templates are programs of strangers) and gpu keep every check; fuzzers keep them for
# readers of strangers' texts, too (tokenizer, hub, lesson).
set(VITRAL_FEWER_POINTER_CHECKS
  -fno-sanitize=null,alignment,object-size,vptr,nonnull-attribute,returns-nonnull-attribute,pointer-overflow)
macro(vitral_fewer_pointer_checks)
  if(VITRAL_SANITIZE MATCHES "undefined")
    add_compile_options(${VITRAL_FEWER_POINTER_CHECKS})
  endif()
endmacro()

# What people install says "core/io/gguf.cpp", never where somebody built it. (A ccache with a base_dir shortens the paths
# too, and so hides what is missing here: tst_install_tree looks at binaries of a build without one.)
macro(vitral_source_paths_from_root)
  if(NOT VITRAL_SANITIZE AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    set(vitral_prefixes -fmacro-prefix-map=${PROJECT_BINARY_DIR}/=build/ -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
    add_compile_options("$<$<COMPILE_LANGUAGE:C,CXX>:${vitral_prefixes}>")
  endif()
endmacro()

# Lets ccache keep what was compiled with a precompiled header.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
endif()

if(VITRAL_ENABLE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# vitral_core_library(<folder> SOURCES a.cpp ... DEPENDS base io ... PRIVATE_LIBS fmt::fmt ...)
# makes the static library vitral_<folder> from core/<folder>; DEPENDS are other core folders (public).
function(vitral_core_library name)
  cmake_parse_arguments(A "" "" "SOURCES;DEPENDS;LIBS;PRIVATE_LIBS" ${ARGN})
  if(A_SOURCES)
    add_library(vitral_${name} STATIC ${A_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(vitral_${name} PRIVATE ${A_PRIVATE_LIBS})
    if(VITRAL_SANITIZE MATCHES "undefined" AND (name MATCHES "^(model|diffusion|sample|trace|runtime)$" OR
       (NOT VITRAL_ENABLE_FUZZ AND name MATCHES "^(tokenizer|hub|lesson)$")))
      target_compile_options(vitral_${name} PRIVATE ${VITRAL_FEWER_POINTER_CHECKS})
    endif()
  else()
    add_library(vitral_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  # Headers that most files read are compiled once: a fresh clone and the sanitizers build everything. Not kernels, whose
  # files have flags of their own.
  if(A_SOURCES AND name STREQUAL "base")
    target_precompile_headers(vitral_base PRIVATE <algorithm> <array> <atomic> <charconv> <cmath> <filesystem> <functional>
      <memory> <mutex> <optional> <span> <string> <string_view> <unordered_map> <vector> <fmt/format.h> <tl/expected.hpp>)
  elseif(A_SOURCES AND NOT name STREQUAL "kernels")
    target_precompile_headers(vitral_${name} REUSE_FROM vitral_base)
  endif()
  target_link_libraries(vitral_${name} ${scope} vitral_options ${A_LIBS})
  foreach(dep IN LISTS A_DEPENDS)
    target_link_libraries(vitral_${name} ${scope} vitral_${dep})
  endforeach()
endfunction()
