//! Codes that the documents list and this server never sends, with the reason.

use mien_wire::Code;

const BILLING: &str = "There is no billing.";
const GENERIC: &str = "A more specific code is sent.";

/// Every code that is never sent. A test holds this against the codes that are.
pub static UNREACHABLE: &[(Code, &str)] = &[
    (Code::AuthFailureMFAFailure, "There is no second factor."),
    (
        Code::AuthFailureTokenFailure,
        "Keys of this server are permanent; a token sent with one is ignored.",
    ),
    (Code::DryRunOperation, "No action has a DryRun parameter."),
    (Code::FailedOperation, GENERIC),
    (
        Code::FailedOperationCompareFail,
        "A comparison that fails answers FailedOperation.ServerError.",
    ),
    (
        Code::FailedOperationConflictOperation,
        "Writes on one person wait for one another; none is turned away.",
    ),
    (
        Code::FailedOperationCreateFaceConcurrent,
        "Writes on one person wait for one another; none is turned away.",
    ),
    (
        Code::FailedOperationGroupInDeletedState,
        "A group is deleted in one step.",
    ),
    (
        Code::FailedOperationImageFacedetectFailed,
        "A detector that fails answers FailedOperation.ServerError.",
    ),
    (Code::FailedOperationLifePhotoDetectFaces, "The largest face is taken."),
    (
        Code::FailedOperationLifePhotoDetectFake,
        "No action demands a genuine person beside the comparison.",
    ),
    (
        Code::FailedOperationLifePhotoDetectNoFaces,
        "InvalidParameterValue.NoFaceInPhoto is sent.",
    ),
    (
        Code::FailedOperationLifePhotoSizeError,
        "The FailedOperation.Image* codes are sent.",
    ),
    (
        Code::FailedOperationRequestLimitExceeded,
        "RequestLimitExceeded is sent: the SDKs retry on that one.",
    ),
    (Code::FailedOperationRpcFail, "There is one process."),
    (Code::FailedOperationUnKnowError, "InternalError is sent."),
    (Code::InternalServerError, "InternalError is sent."),
    (Code::InvalidParameterValue, GENERIC),
    (
        Code::InvalidParameterValueGroupIdNotExists,
        "InvalidParameterValue.GroupIdNotExist is sent.",
    ),
    (
        Code::InvalidParameterValueImageEmptyError,
        "InvalidParameterValue.ImageEmpty is sent.",
    ),
    (
        Code::InvalidParameterValuePersonExistInGroup,
        "FailedOperation.GroupPersonMapExist is sent.",
    ),
    (Code::IpInBlacklist, "There are no address lists."),
    (Code::IpNotInWhitelist, "There are no address lists."),
    (Code::LimitExceeded, GENERIC),
    (Code::NoSuchProduct, "There is one product."),
    (
        Code::RequestLimitExceededGlobalRegionUinLimitExceeded,
        "Rates are per account and action: RequestLimitExceeded.",
    ),
    (
        Code::RequestLimitExceededIPLimitExceeded,
        "Rates are per account and action: RequestLimitExceeded.",
    ),
    (
        Code::RequestLimitExceededUinLimitExceeded,
        "Rates are per account and action: RequestLimitExceeded.",
    ),
    (Code::ResourceInUse, GENERIC),
    (Code::ResourceInsufficient, GENERIC),
    (Code::ResourceNotFound, GENERIC),
    (Code::ResourceUnavailable, GENERIC),
    (Code::ResourceUnavailableChargeStatusException, BILLING),
    (Code::ResourceUnavailableDelivering, BILLING),
    (Code::ResourceUnavailableFreeze, BILLING),
    (Code::ResourceUnavailableGetAuthInfoError, BILLING),
    (Code::ResourceUnavailableInArrears, BILLING),
    (Code::ResourceUnavailableLowBalance, BILLING),
    (Code::ResourceUnavailableNotExist, BILLING),
    (Code::ResourceUnavailableNotReady, BILLING),
    (Code::ResourceUnavailableRecover, BILLING),
    (Code::ResourceUnavailableStopUsing, BILLING),
    (Code::ResourceUnavailableUnknownStatus, BILLING),
    (Code::ResourcesSoldOutChargeStatusException, BILLING),
    (
        Code::ResponseSizeLimitExceeded,
        "Answers are bounded by the limits on lists and candidates.",
    ),
    (
        Code::UnauthorizedOperation,
        "AuthFailure.UnauthorizedOperation is sent.",
    ),
    (Code::UnsupportedOperation, GENERIC),
    (Code::UnsupportedOperationUnknowMethod, "InvalidAction is sent."),
    (Code::UnsupportedRegion, "The region is ignored."),
];
