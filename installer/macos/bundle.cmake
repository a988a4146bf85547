# SPDX-License-Identifier: Apache-2.0
# macOS: Vitral.app in a disk image, with Qt inside (macdeployqt). UNTESTED: nobody has built Vitral on macOS yet. The
# bundled models go where the program looks from Contents/MacOS: Contents/share/vitral/models. Not signed, not notarised.
if(NOT APPLE)
  return()
endif()
set(CPACK_GENERATOR DragNDrop)
set(CPACK_DMG_VOLUME_NAME Vitral)
if(TARGET vitral)
  set_target_properties(vitral PROPERTIES MACOSX_BUNDLE ON MACOSX_BUNDLE_BUNDLE_NAME Vitral
    MACOSX_BUNDLE_GUI_IDENTIFIER io.github.vitral MACOSX_BUNDLE_SHORT_VERSION_STRING ${PROJECT_VERSION}
    MACOSX_BUNDLE_INFO_PLIST ${CMAKE_CURRENT_SOURCE_DIR}/macos/Info.plist.in)
  install(TARGETS vitral BUNDLE DESTINATION .)
  install(TARGETS vitral-cli RUNTIME DESTINATION vitral.app/Contents/MacOS)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/assets/models/ DESTINATION vitral.app/Contents/share/vitral/models
    FILES_MATCHING PATTERN "*.gguf" PATTERN "*.safetensors" PATTERN "MODEL_CARD.md")
  qt_generate_deploy_app_script(TARGET vitral OUTPUT_SCRIPT vitral_deploy NO_UNSUPPORTED_PLATFORM_ERROR)
  install(SCRIPT ${vitral_deploy})
endif()
