# SPDX-License-Identifier: Apache-2.0
# Every third-party library of the project is found here, and nowhere else. README lists reasons and licences.
include_guard()
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)                # formatting (MIT)
find_package(nlohmann_json 3.11 REQUIRED) # JSON (MIT)
find_package(tl-expected REQUIRED)        # Result<T> (CC0)
find_package(CLI11 REQUIRED)              # command line (BSD-3)
find_package(PkgConfig REQUIRED)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8) # Unicode regular expressions (BSD-3)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc) # Unicode normalisation (MIT)
find_package(SQLite3 REQUIRED)            # conversations (public domain)
find_package(CURL 7.88 REQUIRED)          # downloads that a person asks for (curl licence, like MIT)
find_path(VITRAL_STB_INCLUDE stb_image.h PATH_SUFFIXES stb REQUIRED) # pictures read and written (MIT or public domain)
find_library(CMARK_GFM_LIB cmark-gfm REQUIRED)                # Markdown (BSD-2)
find_library(CMARK_GFM_EXT_LIB cmark-gfm-extensions REQUIRED)
pkg_check_modules(YAMLCPP REQUIRED IMPORTED_TARGET yaml-cpp) # what a teacher writes around the text of a lesson (MIT)
pkg_check_modules(WEBP IMPORTED_TARGET libwebpmux libwebp)   # animated WebP (BSD-3); without it no films are written

if(VITRAL_BUILD_APP)
  find_package(Qt6 6.4 REQUIRED COMPONENTS Core Gui Widgets Svg LinguistTools)
endif()

# Drawing on the graphics device. Only headers and the shader compiler are needed to build: the program opens
# libvulkan.so.1 itself where there is one. AUTO: the views draw with QPainter where these are missing.
set(VITRAL_VULKAN AUTO CACHE STRING "Vulkan drawing: AUTO, ON (fail if missing) or OFF")
set_property(CACHE VITRAL_VULKAN PROPERTY STRINGS AUTO ON OFF)
set(VITRAL_HAVE_VULKAN OFF)
if(VITRAL_BUILD_APP AND NOT VITRAL_VULKAN STREQUAL "OFF")
  find_path(VITRAL_VULKAN_INCLUDE vulkan/vulkan.h)    # Vulkan headers (Apache-2.0)
  find_program(VITRAL_GLSLANG glslangValidator)       # GLSL to SPIR-V while building (BSD-3)
  if(VITRAL_VULKAN_INCLUDE AND VITRAL_GLSLANG)
    set(VITRAL_HAVE_VULKAN ON)
  elseif(VITRAL_VULKAN STREQUAL "ON")
    message(FATAL_ERROR "VITRAL_VULKAN=ON needs the Vulkan headers (libvulkan-dev) and glslangValidator (glslang-tools).")
  endif()
endif()

# Controls that float over a picture: Dear ImGui (MIT) and the stb rectangle packer it uses (MIT or public domain).
# AUTO: everything they do is in menus and shortcuts too.
set(VITRAL_IMGUI AUTO CACHE STRING "Dear ImGui controls: AUTO, ON (fail if missing) or OFF")
set_property(CACHE VITRAL_IMGUI PROPERTY STRINGS AUTO ON OFF)
set(VITRAL_HAVE_IMGUI OFF)
if(VITRAL_BUILD_APP AND NOT VITRAL_IMGUI STREQUAL "OFF")
  find_library(VITRAL_IMGUI_LIB NAMES libimgui.a imgui)
  find_library(VITRAL_STB_LIB NAMES stb)
  find_path(VITRAL_IMGUI_INCLUDE imgui.h PATH_SUFFIXES imgui)
  if(VITRAL_IMGUI_LIB AND VITRAL_STB_LIB AND VITRAL_IMGUI_INCLUDE)
    set(VITRAL_HAVE_IMGUI ON)
    add_library(imgui::imgui STATIC IMPORTED)
    set_target_properties(imgui::imgui PROPERTIES IMPORTED_LOCATION ${VITRAL_IMGUI_LIB}
      INTERFACE_INCLUDE_DIRECTORIES ${VITRAL_IMGUI_INCLUDE} INTERFACE_LINK_LIBRARIES "${VITRAL_STB_LIB};m")
  elseif(VITRAL_IMGUI STREQUAL "ON")
    message(FATAL_ERROR "VITRAL_IMGUI=ON needs Dear ImGui (libimgui-dev) and stb (libstb-dev).")
  endif()
endif()

if(VITRAL_BUILD_TESTS)
  find_package(Qt6 6.4 REQUIRED COMPONENTS Core Network Test) # Network: a TLS server to test against
endif()
