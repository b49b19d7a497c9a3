//! How large requests may be (BEHAVIOUR 1.5).

use crate::code::Code;
use crate::refusal::Refusal;
use crate::request::Request;

/// Sizes that requests may have, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The query of any request, and the body of a GET, which is ignored.
    pub query_bytes: usize,
    /// The body of a POST without an `Authorization` header, that is, one signed with v1.
    pub v1_body_bytes: usize,
    /// The body of a POST signed with TC3. A little more than 10 MiB, so that two images of 5 MiB in Base64 fit.
    pub tc3_body_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            query_bytes: 32 << 10,
            v1_body_bytes: 1 << 20,
            tc3_body_bytes: (10 << 20) + (64 << 10),
        }
    }
}

impl Limits {
    /// The largest body that a request with this method and these headers may have: what a server reads at most. The
    /// body of `head` is not looked at.
    pub fn body_bytes(&self, head: &Request<'_>) -> usize {
        match (head.method, head.header("Authorization")) {
            ("GET", _) => self.query_bytes,
            (_, Some(_)) => self.tc3_body_bytes,
            (_, None) => self.v1_body_bytes,
        }
    }

    /// The refusal of a body longer than [`Limits::body_bytes`], for a server that stops reading there.
    pub fn body_too_large(&self, head: &Request<'_>) -> Refusal {
        let limit = size(self.body_bytes(head));
        if head.method != "GET" && head.header("Authorization").is_none() {
            let larger = size(self.tc3_body_bytes);
            return Refusal::explained(
                Code::RequestSizeLimitExceeded,
                format!("The body is larger than {limit}; sign with TC3-HMAC-SHA256 to send up to {larger}."),
                format!("请求体超过 {limit}；使用 TC3-HMAC-SHA256 签名可发送最多 {larger}。"),
            );
        }
        Refusal::explained(
            Code::RequestSizeLimitExceeded,
            format!("The body is larger than {limit}."),
            format!("请求体超过 {limit}。"),
        )
    }

    pub(crate) fn admit(&self, request: &Request<'_>) -> Result<(), Refusal> {
        if request.query.len() > self.query_bytes {
            let limit = size(self.query_bytes);
            return Err(Refusal::explained(
                Code::RequestSizeLimitExceeded,
                format!("The query is larger than {limit}."),
                format!("查询字符串超过 {limit}。"),
            ));
        }
        if request.body.len() > self.body_bytes(request) {
            return Err(self.body_too_large(request));
        }
        Ok(())
    }
}

fn size(bytes: usize) -> String {
    if bytes >= 1 << 20 {
        format!("{} MB", bytes >> 20)
    } else {
        format!("{} KB", bytes >> 10)
    }
}
