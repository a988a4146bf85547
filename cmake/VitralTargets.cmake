# SPDX-License-Identifier: Apache-2.0
# The two kinds of target of this project, and the warnings they share.
include_guard()

add_library(vitral_options INTERFACE)
target_compile_options(vitral_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion>)
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
  else()
    add_library(vitral_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_link_libraries(vitral_${name} ${scope} vitral_options ${A_LIBS})
  foreach(dep IN LISTS A_DEPENDS)
    target_link_libraries(vitral_${name} ${scope} vitral_${dep})
  endforeach()
endfunction()
