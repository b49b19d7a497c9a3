//! A request as it came from the connection, borrowed.

/// Name and raw value of a header. Names are compared without regard to case.
pub type Header<'a> = (&'a str, &'a [u8]);

/// An HTTP request with its whole body.
///
/// `Host` must be among the headers, as the client sent it and with its port, because it is signed (BEHAVIOUR 2.6); an
/// HTTP/2 server puts `:authority` there.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// `GET` or `POST`; anything else is refused.
    pub method: &'a str,
    /// The path, `/` for every action.
    pub path: &'a str,
    /// The raw text after `?`, without it; empty when there is none.
    pub query: &'a str,
    /// All headers in the order received.
    pub headers: &'a [Header<'a>],
    /// The raw body; empty when there is none.
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    /// The value of the first header of that name, without the white space around it.
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        self.values(name).next()
    }

    /// The values of all headers of that name, without the white space around them.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim_ascii())
    }
}
