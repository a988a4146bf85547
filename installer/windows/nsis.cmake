# SPDX-License-Identifier: Apache-2.0
# Windows: an NSIS installer that carries Qt (windeployqt) and the libraries of vcpkg. UNTESTED: nobody has built Vitral
# on Windows yet; core/base and core/chat still use POSIX calls there. See installer/README.md.
if(NOT WIN32)
  return()
endif()
set(CPACK_GENERATOR NSIS ZIP)
set(CPACK_NSIS_DISPLAY_NAME Vitral)
set(CPACK_NSIS_PACKAGE_NAME Vitral)
set(CPACK_NSIS_UNICODE ON)
set(CPACK_NSIS_MODIFY_PATH ON)
set(CPACK_NSIS_ENABLE_UNINSTALL_BEFORE_INSTALL ON)
set(CPACK_NSIS_INSTALLED_ICON_NAME "bin\\\\vitral.exe")
# .gguf is offered, never taken from another program: only our own class is written.
set(CPACK_NSIS_EXTRA_INSTALL_COMMANDS "
  WriteRegStr SHCTX 'Software\\\\Classes\\\\Vitral.Model' '' 'GGUF model'
  WriteRegStr SHCTX 'Software\\\\Classes\\\\Vitral.Model\\\\shell\\\\open\\\\command' '' '\\\"$INSTDIR\\\\bin\\\\vitral.exe\\\" \\\"%1\\\"'
  WriteRegStr SHCTX 'Software\\\\Classes\\\\.gguf\\\\OpenWithProgids' 'Vitral.Model' ''
")
set(CPACK_NSIS_EXTRA_UNINSTALL_COMMANDS "
  DeleteRegKey SHCTX 'Software\\\\Classes\\\\Vitral.Model'
  DeleteRegValue SHCTX 'Software\\\\Classes\\\\.gguf\\\\OpenWithProgids' 'Vitral.Model'
")
if(TARGET vitral)
  qt_generate_deploy_app_script(TARGET vitral OUTPUT_SCRIPT vitral_deploy NO_UNSUPPORTED_PLATFORM_ERROR)
  install(SCRIPT ${vitral_deploy})
endif()
