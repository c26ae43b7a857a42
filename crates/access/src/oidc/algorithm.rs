//! The signatures that are believed. Each goes with one type of key, so that no key is ever used for
//! what it was not made for.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
};

/// An algorithm of RFC 7518 §3.1 and RFC 8037 §3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// RSA with PKCS #1 v1.5 padding and SHA-256.
    Rs256,
    /// RSA with PSS padding and SHA-256.
    Ps256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Material {
    /// Modulus and exponent, big-endian and without zeros in front.
    Rsa {
        /// The modulus.
        n: Vec<u8>,
        /// The exponent.
        e: Vec<u8>,
    },
    /// A point of P-256, uncompressed.
    P256(Vec<u8>),
    /// A point of Ed25519.
    Ed25519(Vec<u8>),
}

impl Algorithm {
    /// The algorithm of this name; none if it is not one of those that are believed.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "PS256" => Some(Self::Ps256),
            "ES256" => Some(Self::Es256),
            // The second name is that of RFC 9864.
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            _ => None,
        }
    }

    /// Whether it works with a key of this type.
    pub(super) fn takes(self, key: &Material) -> bool {
        matches!(
            (self, key),
            (Self::Rs256 | Self::Ps256, Material::Rsa { .. })
                | (Self::Es256, Material::P256(_))
                | (Self::EdDsa, Material::Ed25519(_))
        )
    }

    /// Whether the owner of the key has signed the message. RSA keys have at least 2,048 bits.
    pub(super) fn verify(self, key: &Material, message: &[u8], signature: &[u8]) -> bool {
        match (self, key) {
            (Self::Rs256, Material::Rsa { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            (Self::Ps256, Material::Rsa { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PSS_2048_8192_SHA256, message, signature)
            }
            (Self::Es256, Material::P256(point)) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            (Self::EdDsa, Material::Ed25519(point)) => {
                UnparsedPublicKey::new(&ED25519, point).verify(message, signature)
            }
            _ => return false,
        }
        .is_ok()
    }
}
