# SPDX-License-Identifier: Apache-2.0
# CPack runs this on the staged tree of every package before it is wrapped up. Debian wants manual pages and
# changelogs compressed without a time, and the licences in one file called copyright.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()
set(doc ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share/doc/vitral)
file(GLOB pages ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share/man/man1/*.1)
set(epoch "$ENV{SOURCE_DATE_EPOCH}")
if(NOT epoch)
  file(TIMESTAMP ${CPACK_VITRAL_INSTALLER}/../CHANGELOG.md epoch "%s" UTC)
endif()
set(ENV{SOURCE_DATE_EPOCH} ${epoch})
set(ENV{LC_ALL} C)
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${doc}/changelog
"${CPACK_PACKAGE_NAME} (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * What is new is in CHANGELOG.md.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
file(READ ${doc}/THIRD-PARTY.txt notices)
# Debian keeps the long licences itself and does not want them twice.
string(FIND "${notices}" "======== LGPL-3.0-only ========" begin)
if(begin GREATER_EQUAL 0)
  string(SUBSTRING "${notices}" 0 ${begin} before)
  string(SUBSTRING "${notices}" ${begin} -1 after)
  string(SUBSTRING "${after}" 8 -1 after)
  string(FIND "${after}" "\n======== " end)
  string(SUBSTRING "${after}" ${end} -1 after)
  set(notices "${before}======== LGPL-3.0-only ========\n\nOn Debian systems: /usr/share/common-licenses/LGPL-3 and GPL-3.\n${after}")
endif()
file(WRITE ${doc}/copyright
"Vitral: copyright 2025-2026 the Vitral team

On Debian systems the Apache License, Version 2.0 is in /usr/share/common-licenses/Apache-2.0.

${notices}")
file(REMOVE ${doc}/LICENSE ${doc}/THIRD-PARTY.txt)
execute_process(COMMAND gzip -9nf ${pages} ${doc}/changelog RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "gzip failed")
endif()
