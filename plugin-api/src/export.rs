//! `export!`: what makes a crate a library of backends.

use abi_stable::std_types::{RString, RVec};

use crate::Backend;
use crate::abi::{BackendObject, ClassInfo};
use crate::document::Context;
use crate::error::Error;
use crate::guard;

/// Exports the classes of a library. Every class is a type that implements [`Backend`]; its name
/// in the configuration is the type's.
///
/// ```ignore
/// artifice_plugin_api::export! { module: "billing.example", classes: [Example, Other] }
/// ```
///
/// The crate is a `cdylib` named as the module, dots as underscores: `[lib] name = "billing_example"`,
/// `crate-type = ["cdylib"]`.
#[macro_export]
macro_rules! export {
    (module: $module:literal, classes: [$($class:ident),+ $(,)?] $(,)?) => {
        const _: () = {
            use $crate::__export as export;

            extern "C" fn name() -> $crate::RString {
                $module.into()
            }

            extern "C" fn classes() -> export::RResult<$crate::RVec<$crate::abi::ClassInfo>, $crate::Error> {
                export::classes(&[$((stringify!($class), export::class::<$class>)),+])
            }

            extern "C" fn create(
                class: $crate::RStr<'_>,
                config: $crate::RStr<'_>,
                context: &$crate::Context<'_>,
            ) -> export::RResult<$crate::abi::BackendObject, $crate::Error> {
                export::create(&[$((stringify!($class), export::maker::<$class>())),+], class.as_str(), config.as_str(), context)
            }

            fn module() -> $crate::abi::ModuleRef {
                export::module($crate::abi::Module { name, classes, create })
            }

            extern "C" fn root_module() -> export::RootModuleResult {
                export::__call_root_module_loader(module)
            }

            // The symbol that the host looks for. abi_stable's own attribute would write it, if that
            // did not need abi_stable among the library's dependencies.
            #[allow(unsafe_code, non_upper_case_globals)]
            #[unsafe(no_mangle)]
            static _1as_0lib_1header_0root_bmodule_bloader: export::LibHeader = export::header(root_module);
        };
    };
}

/// What [`export!`] writes refers to; not for use by hand.
#[doc(hidden)]
pub mod __export {
    pub use abi_stable::library::{__call_root_module_loader, LibHeader, RootModuleResult};
    pub use abi_stable::std_types::RResult;

    use super::*;
    use crate::abi::{Module, ModuleRef};
    use abi_stable::library::CheckTypeLayout;
    use abi_stable::prefix_type::PrefixTypeTrait;

    type Describe = fn(&str) -> ClassInfo;
    type Maker = fn(&str, &Context<'_>) -> Result<BackendObject, Error>;

    /// What a class says of itself.
    pub fn class<B: Backend>(name: &str) -> ClassInfo {
        let schema = schemars::schema_for!(B::Config);
        ClassInfo {
            name: name.into(),
            version: B::VERSION.into(),
            description: B::DESCRIPTION.into(),
            config_schema: RString::from(schema.as_value().to_string()),
            extra: RVec::new(),
        }
    }

    pub fn maker<B: Backend>() -> Maker {
        guard::create::<B>
    }

    pub fn classes(all: &[(&str, Describe)]) -> RResult<RVec<ClassInfo>, Error> {
        guard::caught("describing its classes", || Ok(all.iter().map(|(name, describe)| describe(name)).collect()))
    }

    pub fn create(
        all: &[(&str, Maker)],
        class: &str,
        config: &str,
        context: &Context<'_>,
    ) -> RResult<BackendObject, Error> {
        guard::caught("new", || match all.iter().find(|(name, _)| *name == class) {
            Some((_, make)) => make(config, context),
            None => Err(Error::configuration(format_args!("the library has no class '{class}'"))),
        })
    }

    pub fn module(module: Module) -> ModuleRef {
        module.leak_into_prefix()
    }

    #[expect(unsafe_code, reason = "abi_stable's constructor of a header")]
    pub const fn header(constructor: extern "C" fn() -> RootModuleResult) -> LibHeader {
        // SAFETY: `constructor` answers a `ModuleRef`, the type the header is made for.
        unsafe { LibHeader::from_constructor::<ModuleRef>(constructor, CheckTypeLayout::Yes) }
    }
}
