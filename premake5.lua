-- Copyright (c) 2026, The Isaac Lab Mimic for Kit Developers.
-- SPDX-License-Identifier: BSD-3-Clause

-- The Kit build, in the shape of NVIDIA's kit-app-template: drop this tree's files over a checkout of that template
-- (it brings repo.sh, repo.toml and tools/), then `./repo.sh build`. There is nothing to compile; building links the extensions
-- into _build/<platform>/<config>/exts, from where an application runs and packages them.

repo_build = require("omni/repo/build")

root = repo_build.get_abs_path(".")

-- Defines project_ext, define_app and the rest, and finds what lies in the template's own folders.
kit = require("_repo/deps/repo_kit_tools/kit-template/premake5-kit")
kit.setup_all()

-- Ours lie in exts/, so that `--ext-folder exts` serves a checkout just as well.
for _, folder in ipairs(os.matchdirs(root.."/exts/*")) do
    if os.isfile(folder.."/premake5.lua") then
        include(folder)
    end
end

-- project_ext links this folder into each extension.
repo_build.prebuild_copy {
    { "%{root}/LICENSE", "%{root}/_build/PACKAGE-LICENSES/isaaclab-mimic-kit-LICENSE" },
}

-- Every application file in config/ gets a start script.
for _, app in ipairs(os.matchfiles(root.."/config/*.kit")) do
    define_app(path.getname(app))
end
