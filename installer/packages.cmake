# SPDX-License-Identifier: Apache-2.0
# Packages: cpack -G DEB, RPM, TGZ, NSIS or DragNDrop in a finished build folder (installer/README.md).
set(CPACK_PACKAGE_NAME vitral)
set(CPACK_PACKAGE_VENDOR "The Vitral team")
set(CPACK_PACKAGE_CONTACT "The Vitral team <maintainers@vitral.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "playground for generative models in which every number is real")
set(CPACK_PACKAGE_DESCRIPTION "Vitral runs generative models on this computer and shows what they do: how sure
a language model was of every token, what else it thought of, what every
attention head looked at, how a tokenizer cuts a text, and how a picture comes
out of noise, step by step. Small models are included; any GGUF file can be
opened. vitral-cli does most of it in a terminal. Nothing leaves the computer
unless a person asks for it.")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_RESOURCE_FILE_README ${PROJECT_SOURCE_DIR}/README.md)
set(CPACK_PACKAGE_EXECUTABLES vitral Vitral)
set(CPACK_PACKAGE_INSTALL_DIRECTORY Vitral)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_SOURCE_DIR}/linux/staged.cmake)
set(CPACK_VITRAL_INSTALLER ${CMAKE_CURRENT_SOURCE_DIR}) # for staged.cmake
set(CPACK_GENERATOR TGZ)

# Plugins that are opened at run time, and by name: no tool sees that the program likes them.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libvulkan1, qt6-qpa-plugins, qt6-wayland, qt6-translations-l10n, libsecret-1-0")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

set(CPACK_RPM_PACKAGE_LICENSE "Apache-2.0 AND OFL-1.1 AND MIT")
set(CPACK_RPM_PACKAGE_GROUP "Applications/Engineering")
set(CPACK_RPM_PACKAGE_SUMMARY "${CPACK_PACKAGE_DESCRIPTION_SUMMARY}")
set(CPACK_RPM_PACKAGE_DESCRIPTION "${CPACK_PACKAGE_DESCRIPTION}")
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_AUTOREQPROV ON)
set(CPACK_RPM_SPEC_MORE_DEFINE "%define _build_id_links none\n%define _buildhost vitral") # nothing of this machine
# Folders that belong to the distribution.
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION /usr/share/applications /usr/share/metainfo /usr/share/mime
  /usr/share/mime/packages /usr/share/icons /usr/share/icons/hicolor /usr/share/icons/hicolor/scalable
  /usr/share/icons/hicolor/scalable/apps /usr/share/icons/hicolor/scalable/mimetypes /usr/share/man /usr/share/man/man1)

include(windows/nsis.cmake)
include(macos/bundle.cmake)
include(CPack)
