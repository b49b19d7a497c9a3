//! HmacSHA1 and HmacSHA256 over the parameters (BEHAVIOUR 3).
