# What facelex links. The build reads this file, and so does find_package(facelex), beside whose configuration it is
# installed: FACELEX_VIDEO says whether the modules that need OpenCV, dlib and FFmpeg are wanted.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(nlohmann_json REQUIRED)
find_package(spdlog REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(HDF5 REQUIRED IMPORTED_TARGET hdf5)
find_package(ZLIB REQUIRED)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(OPENBLAS REQUIRED IMPORTED_TARGET openblas)
# These two have neither a CMake nor a pkg-config file.
find_path(FACELEX_LIBSVM_INCLUDE libsvm/svm.h REQUIRED)
find_library(FACELEX_LIBSVM svm REQUIRED)
find_path(FACELEX_LIBLINEAR_INCLUDE linear.h REQUIRED)
find_library(FACELEX_LIBLINEAR linear REQUIRED)
if(NOT TARGET facelex::solvers)
  add_library(facelex::solvers INTERFACE IMPORTED)
  set_target_properties(facelex::solvers PROPERTIES
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${FACELEX_LIBSVM_INCLUDE};${FACELEX_LIBLINEAR_INCLUDE}"
    INTERFACE_INCLUDE_DIRECTORIES "${FACELEX_LIBSVM_INCLUDE};${FACELEX_LIBLINEAR_INCLUDE}"
    INTERFACE_LINK_LIBRARIES "${FACELEX_LIBSVM};${FACELEX_LIBLINEAR}")
endif()
if(FACELEX_VIDEO)
  find_package(OpenCV REQUIRED COMPONENTS core imgproc imgcodecs calib3d dnn)
  find_package(dlib REQUIRED)
  pkg_check_modules(FFMPEG REQUIRED IMPORTED_TARGET libavformat libavcodec libavutil libswscale)
endif()
