//! HTTPS from a certificate and a key in PEM files.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

/// Why HTTPS cannot be offered.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Only one of the two files is configured.
    #[error("`tls_certificate` and `tls_key` must be given together")]
    Half,
    /// A file could not be read as PEM.
    #[error("{} cannot be read as PEM", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: rustls::pki_types::pem::Error,
    },
    /// The file holds no certificate.
    #[error("{} holds no certificate", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Certificate and key do not fit, or the TLS library refuses them.
    #[error("certificate and key are refused")]
    Refused(#[source] rustls::Error),
}

/// A certificate and its key, read again when the files change, so that a renewed certificate needs no restart.
#[derive(Debug)]
pub(crate) struct Certificates {
    chain: PathBuf,
    key: PathBuf,
    provider: Arc<CryptoProvider>,
    current: RwLock<Current>,
}

/// What is in force.
#[derive(Debug)]
struct Current {
    /// The files as they were read.
    read: [Vec<u8>; 2],
    certified: Arc<CertifiedKey>,
}

/// What looking at the files again led to.
#[derive(Debug)]
pub(crate) enum Reloaded {
    /// They are as before.
    Unchanged,
    /// New connections get the new certificate.
    Renewed,
    /// They changed and cannot be used: the old certificate stays.
    Failed(TlsError),
}

impl Certificates {
    /// Reads the configured files; `None` when there are none.
    pub(crate) fn open(chain: Option<&Path>, key: Option<&Path>) -> Result<Option<Arc<Self>>, TlsError> {
        let (chain, key) = match (chain, key) {
            (None, None) => return Ok(None),
            (Some(chain), Some(key)) => (chain, key),
            _ => return Err(TlsError::Half),
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let current = Current::read(chain, key, &provider)?;
        Ok(Some(Arc::new(Self {
            chain: chain.to_owned(),
            key: key.to_owned(),
            provider,
            current: RwLock::new(current),
        })))
    }

    /// Accepts connections with whatever certificate is in force when they come.
    pub(crate) fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, TlsError> {
        let mut config = rustls::ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Refused)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Looks at the files again.
    pub(crate) fn reload(&self) -> Reloaded {
        let files = match read_files(&self.chain, &self.key) {
            Ok(files) => files,
            Err(error) => return Reloaded::Failed(error),
        };
        if files == self.current.read().unwrap_or_else(PoisonError::into_inner).read {
            return Reloaded::Unchanged;
        }
        match Current::parse(files, &self.chain, &self.key, &self.provider) {
            Ok(current) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = current;
                Reloaded::Renewed
            }
            Err(error) => Reloaded::Failed(error),
        }
    }

    /// Looks at the files again whenever `ask` is ready; runs until dropped. Says each new fault once.
    pub(crate) async fn keep_fresh(&self, mut ask: impl AsyncFnMut()) {
        let mut last_fault = String::new();
        loop {
            ask().await;
            match self.reload() {
                Reloaded::Unchanged => last_fault.clear(),
                Reloaded::Renewed => {
                    last_fault.clear();
                    tracing::info!(
                        "the TLS certificate was read again: {} is in force",
                        self.chain.display()
                    );
                }
                Reloaded::Failed(error) => {
                    let fault = format!("{error:?}");
                    if fault != last_fault {
                        let error = &error as &dyn std::error::Error;
                        tracing::error!(
                            error,
                            "the new TLS certificate cannot be used, the old one stays in force"
                        );
                        last_fault = fault;
                    }
                }
            }
        }
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&current.certified))
    }
}

impl Current {
    fn read(chain: &Path, key: &Path, provider: &CryptoProvider) -> Result<Self, TlsError> {
        Self::parse(read_files(chain, key)?, chain, key, provider)
    }

    fn parse(read: [Vec<u8>; 2], chain: &Path, key: &Path, provider: &CryptoProvider) -> Result<Self, TlsError> {
        let not_pem = |path: &Path| {
            let path = path.to_owned();
            move |source| TlsError::File { path, source }
        };
        let certificates = CertificateDer::pem_slice_iter(&read[0])
            .collect::<Result<Vec<_>, _>>()
            .map_err(not_pem(chain))?;
        if certificates.is_empty() {
            return Err(TlsError::Empty { path: chain.to_owned() });
        }
        let private = PrivateKeyDer::from_pem_slice(&read[1]).map_err(not_pem(key))?;
        let certified = CertifiedKey::from_der(certificates, private, provider).map_err(TlsError::Refused)?;
        Ok(Self {
            read,
            certified: Arc::new(certified),
        })
    }
}

fn read_files(chain: &Path, key: &Path) -> Result<[Vec<u8>; 2], TlsError> {
    let read = |path: &Path| {
        std::fs::read(path).map_err(|source| TlsError::File {
            path: path.to_owned(),
            source: rustls::pki_types::pem::Error::Io(source),
        })
    };
    Ok([read(chain)?, read(key)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A certificate and its key as files.
    fn write(folder: &Path) -> (PathBuf, PathBuf, CertificateDer<'static>) {
        let made = rcgen::generate_simple_self_signed(["mien.test".to_owned()]).unwrap();
        let (chain, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        std::fs::write(&chain, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        (chain, key, made.cert.der().clone())
    }

    fn in_force(certificates: &Certificates) -> CertificateDer<'static> {
        certificates.current.read().unwrap().certified.cert[0].clone()
    }

    #[test]
    fn a_renewed_certificate_comes_into_force_and_a_broken_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let (chain, key, first) = write(folder.path());
        let certificates = Certificates::open(Some(&chain), Some(&key)).unwrap().unwrap();
        assert!(matches!(certificates.reload(), Reloaded::Unchanged));
        assert_eq!(in_force(&certificates), first);

        let (.., second) = write(folder.path());
        assert_ne!(first, second);
        assert!(matches!(certificates.reload(), Reloaded::Renewed));
        assert_eq!(in_force(&certificates), second);

        // A key that is not that of the certificate, half a file, no file.
        let other = tempfile::tempdir().unwrap();
        let (_, foreign, _) = write(other.path());
        let own = std::fs::read(&key).unwrap();
        std::fs::copy(foreign, &key).unwrap();
        assert!(matches!(certificates.reload(), Reloaded::Failed(TlsError::Refused(_))));
        std::fs::write(&key, &own[..own.len() / 2]).unwrap();
        assert!(matches!(certificates.reload(), Reloaded::Failed(_)));
        std::fs::remove_file(&key).unwrap();
        assert!(matches!(certificates.reload(), Reloaded::Failed(TlsError::File { .. })));
        assert_eq!(in_force(&certificates), second);

        std::fs::write(&key, own).unwrap();
        assert!(matches!(certificates.reload(), Reloaded::Unchanged));
    }

    #[tokio::test]
    async fn files_are_looked_at_whenever_asked() {
        let folder = tempfile::tempdir().unwrap();
        let (chain, key, _) = write(folder.path());
        let certificates = Certificates::open(Some(&chain), Some(&key)).unwrap().unwrap();
        let (.., second) = write(folder.path());
        let (asking, mut asked) = tokio::sync::mpsc::channel::<()>(1);
        let fresh = certificates.keep_fresh(async || {
            if asked.recv().await.is_none() {
                std::future::pending::<()>().await;
            }
        });
        let renewed = async {
            asking.send(()).await.unwrap();
            while in_force(&certificates) != second {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = fresh => unreachable!("it never ends by itself"),
            () = renewed => {}
        }
    }
}
