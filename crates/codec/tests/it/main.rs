//! Integration tests of the codecs: parameter sets of real encoders, whole and damaged.

mod damage;
mod real_parameter_sets;
