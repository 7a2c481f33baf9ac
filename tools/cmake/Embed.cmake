# pe_embed(OUT_VAR NAME FILE): a source that holds FILE's bytes between the symbols NAME_begin and NAME_end; it is compiled
# again when FILE changes. FILE may be made by the build.
function(pe_embed out name file)
  set(made ${CMAKE_CURRENT_BINARY_DIR}/${name}.embed.cc)
  file(CONFIGURE OUTPUT ${made} @ONLY CONTENT [[
asm(R"(
.section .rodata
.balign 16
.global @name@_begin
.global @name@_end
@name@_begin:
.incbin "@file@"
@name@_end:
.byte 0
.previous
)");
]])
  set_source_files_properties(${made} PROPERTIES OBJECT_DEPENDS ${file} SKIP_UNITY_BUILD_INCLUSION ON SKIP_PRECOMPILE_HEADERS ON)
  set(${out} ${made} PARENT_SCOPE)
endfunction()
