"""The providers' published worked examples, to the letter."""

from datetime import UTC, datetime

from nanhu.kernel.delivery.signing import Acs3Request, Credential, Tc3Request, acs3_headers, tc3_headers


def test_acs3_gives_the_signature_of_the_providers_document():
    request = Acs3Request(
        host="ecs.cn-shanghai.aliyuncs.com",
        action="RunInstances",
        version="2014-05-26",
        method="POST",
        parameters={"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"},
        moment=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
        nonce="3156853299f313e23d1673dc12e1703d",
    )
    headers = acs3_headers(request, Credential(key="YourAccessKeyId", secret="YourAccessKeySecret"))
    assert headers["authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
        "x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_tc3_gives_the_signature_of_the_providers_document():
    """Which prints its key as so many asterisks, and signs with them."""
    request = Tc3Request(
        host="cvm.tencentcloudapi.com",
        service="cvm",
        action="DescribeInstances",
        version="2017-03-12",
        region="ap-guangzhou",
        body=b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}',
        moment=datetime.fromtimestamp(1551113065, UTC),
    )
    headers = tc3_headers(request, Credential(key="AKID" + "*" * 32, secret="*" * 32))
    assert headers["authorization"] == (
        f"TC3-HMAC-SHA256 Credential=AKID{'*' * 32}/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host;x-tc-action, "
        "Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
    )
    assert headers["x-tc-timestamp"] == "1551113065"


def test_no_secret_is_shown():
    assert "hush" not in repr(Credential(key="k", secret="hush"))
