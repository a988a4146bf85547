# SPDX-License-Identifier: Apache-2.0
# vitral_embed_text(<source> <file> <symbol> <header>): the bytes of a file as `inline constexpr unsigned char <symbol>[]`
# in <header>, which that one source of this folder finds. Made again when the file changes.
include_guard()
function(vitral_embed_text source file symbol header)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/embedded)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
  file(CONFIGURE OUTPUT ${folder}/${header} @ONLY CONTENT
"#pragma once
namespace vitral {
inline constexpr unsigned char @symbol@[] = {
@bytes@
};
}
")
  set_source_files_properties(${source} PROPERTIES INCLUDE_DIRECTORIES ${folder})
endfunction()
