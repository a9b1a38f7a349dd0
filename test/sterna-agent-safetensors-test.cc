/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "sterna-agent-test.h"

#include "ns3/sterna-safetensors.h"

#include <filesystem>
#include <limits>
#include <vector>

namespace ns3
{
namespace sterna
{
namespace test
{
namespace
{

using namespace std::string_literals;

/// A file: the header's length in 8 bytes, least significant first, the header, the data.
std::string
Assemble(const std::string& header, const std::string& data)
{
    const auto low = static_cast<char>(header.size() & 0xFF);
    const auto high = static_cast<char>(header.size() >> 8);
    return std::string{low, high} + std::string(6, '\0') + header + data;
}

// IEEE 754: 1.5 = 0x3FC00000, -2 = 0xC0000000, least significant byte first.
const std::string ONE_AND_A_HALF = "\x00\x00\xC0\x3F"s;
const std::string MINUS_TWO = "\x00\x00\x00\xC0"s;

/**
 * The format, byte by byte, against files assembled by hand from its description
 * (https://github.com/huggingface/safetensors): what other programs write can be read, and what is
 * written is exactly the header, padded with spaces, and the data.
 */
class SafetensorsBytesTest : public TestCase
{
  public:
    SafetensorsBytesTest()
        : TestCase("Safetensors are read and written byte by byte")
    {
    }

  private:
    void DoRun() override
    {
        const std::string path = CreateTempDirFilename("bytes.safetensors");
        // Tensors in another order than their names', and a scalar, whose shape is empty.
        WriteBytes(path,
                   Assemble(R"({"b":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},)"
                            R"("__metadata__":{"k":"v"},)"
                            R"("a":{"dtype":"F32","shape":[],"data_offsets":[8,12]}} )",
                            ONE_AND_A_HALF + MINUS_TWO + MINUS_TWO));
        const Safetensors file = Safetensors::Read(path);
        NS_TEST_EXPECT_MSG_EQ(file.metadata.at("k"), "v", "metadata");
        NS_TEST_EXPECT_MSG_EQ(file.tensors.size(), 2, "tensors");
        const auto& b = file.tensors.at("b");
        NS_TEST_EXPECT_MSG_EQ((b.shape == std::vector<int64_t>{2, 1}), true, "shape");
        NS_TEST_EXPECT_MSG_EQ((b.data == std::vector<float>{1.5f, -2.0f}), true, "values");
        NS_TEST_EXPECT_MSG_EQ(file.tensors.at("a").data.at(0), -2.0f, "scalar");

        file.Write(path);
        // Padded to a multiple of 8; tensors in the order of their names.
        std::string header = R"({"__metadata__":{"k":"v"},)"
                             R"("a":{"data_offsets":[0,4],"dtype":"F32","shape":[]},)"
                             R"("b":{"data_offsets":[4,12],"dtype":"F32","shape":[2,1]}})";
        header.resize((header.size() + 7) / 8 * 8, ' ');
        NS_TEST_EXPECT_MSG_EQ(
            (ReadBytes(path) == Assemble(header, MINUS_TWO + ONE_AND_A_HALF + MINUS_TWO)),
            true,
            "written bytes");
        NS_TEST_EXPECT_MSG_EQ(std::filesystem::exists(path + ".tmp"), false, "no rest is left");
    }
};

/// Each damaged file is refused with one sentence that names the file and says what is wrong.
class SafetensorsRefusalTest : public TestCase
{
  public:
    SafetensorsRefusalTest()
        : TestCase("Damaged safetensors are refused")
    {
    }

  private:
    void Expect(const std::string& bytes, const std::string& part)
    {
        const std::string path = CreateTempDirFilename("damaged.safetensors");
        WriteBytes(path, bytes);
        const std::string refusal = GetRefusal([&path]() { Safetensors::Read(path); });
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, part), true, part << ", not: " << refusal);
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal, path), true, "the file is named: " << refusal);
    }

    /// A file of one tensor `a`.
    static std::string One(const std::string& entry, const std::string& data)
    {
        return Assemble("{\"a\":" + entry + "}", data);
    }

    void DoRun() override
    {
        const std::string good = R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
        const std::string data = ONE_AND_A_HALF + MINUS_TWO;
        Expect("", "empty");
        Expect("1234", "only 4 bytes");
        Expect(std::string(8, '\xFF') + "{}", "18446744073709551615");
        Expect(One(good, data).substr(0, 20), "truncated");
        Expect(One(good, data.substr(0, 7)), "need 8 bytes of data, but only 7");
        Expect(One(good, data + "x"), "end after 8 bytes of data, but 9");
        Expect(Assemble("{\"a\":", data), "no JSON");
        Expect(Assemble("[1]", data), "no JSON object");
        Expect(One("3", data), "'a' lacks");
        Expect(One(R"({"dtype":"F32","shape":[2]})", data), "'a' lacks");
        Expect(One(R"({"dtype":"F32","shape":[-2],"data_offsets":[0,8]})", data), "'a' lacks");
        Expect(One(R"({"dtype":"F32","shape":[2],"data_offsets":[8]})", data), "'a' lacks");
        Expect(One(R"({"dtype":"F64","shape":[1],"data_offsets":[0,8]})", data), "F64, not F32");
        Expect(One(R"({"dtype":"F32","shape":[3],"data_offsets":[0,8]})", data), "shape [3]");
        Expect(One(R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})", data), "8 to 0");
        Expect(One(R"({"dtype":"F32","shape":[1],"data_offsets":[4,8]})", data), "byte 4");
        // 2^32 x 2^32 values: their number overflows 64 bits.
        Expect(One(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]})", ""),
               "4294967296");
        Expect(Assemble(R"({"__metadata__":{"k":1}})", ""), "metadata");
        // IEEE 754: 0x7FC00000 is NaN, 0xFF800000 is -infinity.
        Expect(One(good, ONE_AND_A_HALF + "\x00\x00\xC0\x7F"s), "'a' holds a value that is not");
        Expect(One(good, "\x00\x00\x80\xFF"s + MINUS_TWO), "'a' holds a value that is not");
        const std::string missing =
            GetRefusal([]() { Safetensors::Read("/nowhere/x.safetensors"); });
        NS_TEST_EXPECT_MSG_EQ(Contains(missing, "/nowhere/x.safetensors"), true, missing);
        NS_TEST_EXPECT_MSG_EQ(Contains(missing, "does not exist"), true, missing);
    }
};

/// What cannot be written is refused, and what was at the path before stays as it was.
class SafetensorsWriteTest : public TestCase
{
  public:
    SafetensorsWriteTest()
        : TestCase("Safetensors that cannot be written leave nothing half-written")
    {
    }

  private:
    void DoRun() override
    {
        Safetensors file;
        file.tensors["a"] = {{1}, {1.0f}};
        const auto refusal = [&file](const std::string& path) {
            return GetRefusal([&]() { file.Write(path); });
        };
        const std::string path = CreateTempDirFilename("kept.safetensors");
        file.Write(path);
        const std::string before = ReadBytes(path);
        file.tensors["a"].data[0] = std::numeric_limits<float>::quiet_NaN();
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal(path), "'a' holds"), true, refusal(path));
        file.tensors["a"] = {{2}, {1.0f}};
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal(path), "1 values but the shape [2]"), true, "shape");
        NS_TEST_EXPECT_MSG_EQ((ReadBytes(path) == before), true, "the old file is kept");

        file.tensors["a"] = {{1}, {1.0f}};
        const std::string nowhere = "/nowhere/x.safetensors";
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal(nowhere), nowhere), true, refusal(nowhere));
        const std::string folder = CreateTempDirFilename("folder");
        std::filesystem::create_directory(folder);
        NS_TEST_EXPECT_MSG_EQ(refusal(folder).empty(), false, "a folder is no file");
        NS_TEST_EXPECT_MSG_EQ(std::filesystem::exists(folder + ".tmp"), false, "no rest is left");
    }
};

/// Metadata numbers are read exactly up to 2^64 - 1; other text is refused.
class SafetensorsLookupTest : public TestCase
{
  public:
    SafetensorsLookupTest()
        : TestCase("Tensors and metadata are looked up with checks")
    {
    }

  private:
    void DoRun() override
    {
        Safetensors file;
        file.tensors["a"] = {{1, 2}, {1.0f, 2.0f}};
        file.metadata = {{"large", "18446744073709551615"}, {"word", "12x"}, {"below", "-1"}};
        NS_TEST_EXPECT_MSG_EQ(file.GetCount("large", "f"), 18446744073709551615ULL, "2^64 - 1");
        NS_TEST_EXPECT_MSG_EQ(file.Get("a", {1, 2}, "f").data[1], 2.0f, "tensor");
        const auto refusal = [&file](const char* key) {
            return GetRefusal([&]() { file.GetCount(key, "f"); });
        };
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal("word"), "'12x'"), true, refusal("word"));
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal("below"), "'-1'"), true, refusal("below"));
        NS_TEST_EXPECT_MSG_EQ(Contains(refusal("none"), "no 'none'"), true, refusal("none"));
        const std::string shape = GetRefusal([&]() { file.Get("a", {2, 1}, "f"); });
        NS_TEST_EXPECT_MSG_EQ(Contains(shape, "shape [1, 2], not [2, 1]"), true, shape);
        const std::string none = GetRefusal([&]() { file.Get("b", {1}, "f"); });
        NS_TEST_EXPECT_MSG_EQ(Contains(none, "no tensor 'b'"), true, none);
    }
};

} // namespace

std::vector<TestCase*>
MakeSafetensorsTests()
{
    return {new SafetensorsBytesTest,
            new SafetensorsRefusalTest,
            new SafetensorsWriteTest,
            new SafetensorsLookupTest};
}

} // namespace test
} // namespace sterna
} // namespace ns3
